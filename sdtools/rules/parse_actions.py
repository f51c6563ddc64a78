"""Read ``then``: mappings of actions, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Literal

from sdtools.rules.book import (
    Action,
    AssignAction,
    CommentAction,
    HoldAction,
    LinkAction,
    NotifyAction,
    SetAction,
    SolveAction,
    WebhookAction,
)
from sdtools.rules.naming import named_actions
from sdtools.rules.reading import Path, Reader, listing
from sdtools.rules.shapes import (
    ACTION_SHAPES,
    AssignShape,
    CommentShape,
    HoldShape,
    LinkShape,
    NotifyShape,
    SetShape,
    SolveShape,
    WebhookShape,
)
from sdtools.rules.shaping import shaped
from sdtools.rules.wording import did_you_mean

__all__ = ["RECIPIENTS", "parse_actions"]

RECIPIENTS = ("assignee", "group", "group.manager", "requester")

Field = Literal["urgency", "impact", "priority", "category", "kind", "location"]
_FIELDS: tuple[Field, ...] = ("urgency", "impact", "priority", "category", "kind", "location")
_TARGETS: tuple[Literal["article", "problem", "parent"], ...] = ("article", "problem", "parent")


def parse_actions(data: object, path: Path, name: str, reader: Reader) -> tuple[Action, ...]:
    """Read the actions of a ``then``; ``name`` begins their names: "then", "steps.75%"."""
    actions: list[Action] = []
    for number, (verb, value, place) in enumerate(_entries(data, path, reader)):
        parse = _PARSERS.get(verb)
        if parse is None:
            reader.unknown(place, "action", verb, ACTION_SHAPES, key=True)
        else:
            actions.extend(parse(value, place, f"{name}.{number}", reader))
    _refuse_computed(actions, path, reader)
    _refuse_twice(actions, path, reader)
    return named_actions(actions, name)


def _entries(data: object, path: Path, reader: Reader) -> Iterator[tuple[str, object, Path]]:
    """Give verb, value and place of each action, of a mapping or a list of mappings."""
    if not data:
        reader.complain(path, "empty-then", "'then' says nothing to do", key=True)
        return
    for index, item in enumerate(listing(data)):
        place = (*path, index) if isinstance(data, list) else path
        if not isinstance(item, dict) or not item:
            example = "such as {set: {urgency: high}}"
            reader.complain(place, "bad-action", f"an action is a mapping, {example}")
            continue
        for verb, value in item.items():
            yield str(verb), value, (*place, verb)


def _refuse_computed(actions: list[Action], path: Path, reader: Reader) -> None:
    """Both desks compute priority from urgency and impact: who sets both fights the desk."""
    fields = {action.field for action in actions if isinstance(action, SetAction)}
    if "priority" in fields and fields & {"urgency", "impact"}:
        message = "priority is set together with urgency or impact, from which the desk computes it"
        reader.complain(path, "computed-priority", message, "set urgency and impact alone")


def _refuse_twice(actions: list[Action], path: Path, reader: Reader) -> None:
    """Refuse one field that is to hold two values: the rule would conflict with itself for ever."""
    written = [name for action in actions for name in _replaced(action)]
    for name in dict.fromkeys(name for name in written if written.count(name) > 1):
        message = f"{name} is set twice in the same 'then'"
        reader.complain(path, "set-twice", message, "keep one, or make two rules", key=True)


def _replaced(action: Action) -> Iterator[str]:
    """Name the fields that an action gives a new value, whatever was there."""
    if isinstance(action, SetAction):
        yield action.field
    elif isinstance(action, AssignAction) and not action.add:
        yield from ("group",) if action.group else ()
        yield from ("assignee",) if action.user or action.by else ()


def _set(value: object, path: Path, name: str, reader: Reader) -> tuple[Action, ...]:
    shape = shaped(SetShape, value, path, reader)
    wanted = {field: getattr(shape, field) for field in _FIELDS} if shape else {}
    if shape and not any(wanted.values()):
        reader.complain(path, "empty-action", "'set' names no field", f"it has: {_join(_FIELDS)}")
    return tuple(
        SetAction(
            path=f"{name}.{field}", field=field, value=text, place=reader.place((*path, field))
        )
        for field, text in wanted.items()
        if text
    )


def _assign(value: object, path: Path, name: str, reader: Reader) -> tuple[Action, ...]:
    shape = shaped(AssignShape, value, path, reader)
    if shape is None:
        return ()
    if not (shape.group or shape.user or shape.by):
        reader.complain(path, "empty-action", "'assign' names neither group, user nor by")
    if shape.user and shape.by:
        reader.complain(path, "bad-action", "'assign' takes user or by, not both")
    place = reader.place(path)
    return (
        AssignAction(
            path=name,
            place=place,
            group=shape.group,
            user=shape.user,
            by=shape.by,
            add=shape.add,
        ),
    )


def _comment(value: object, path: Path, name: str, reader: Reader) -> tuple[Action, ...]:
    shape = shaped(CommentShape, _spelt_out(value, "text"), path, reader)
    if shape is None:
        return ()
    _want_one_text(shape.template, shape.text, path, reader)
    place = reader.place(path)
    return (
        CommentAction(
            path=name, place=place, template=shape.template, text=shape.text, public=shape.public
        ),
    )


def _link(value: object, path: Path, name: str, reader: Reader) -> tuple[Action, ...]:
    place = reader.place(path)
    if value == "known_error":
        return (LinkAction(path=name, place=place, target="known_error"),)
    if isinstance(value, str):
        hint = did_you_mean(value, ["known_error"]) or "write known_error, or {article: 12}"
        reader.complain(path, "bad-action", f"'link' cannot link {value!r}", hint)
        return ()
    shape = shaped(LinkShape, value, path, reader)
    if shape is None:
        return ()
    found = [
        LinkAction(path=name, place=place, target=target, id=getattr(shape, target))
        for target in _TARGETS
        if getattr(shape, target)
    ]
    if len(found) != 1:
        reader.complain(path, "bad-action", "'link' takes one of article, problem, parent")
    return tuple(found)


def _hold(value: object, path: Path, name: str, reader: Reader) -> tuple[Action, ...]:
    shape = shaped(HoldShape, _spelt_out(value, "reason"), path, reader)
    place = reader.place(path)
    return (HoldAction(path=name, place=place, reason=shape.reason),) if shape else ()


def _solve(value: object, path: Path, name: str, reader: Reader) -> tuple[Action, ...]:
    shape = shaped(SolveShape, _spelt_out(value, "text"), path, reader)
    if shape is None:
        return ()
    _want_one_text(shape.template, shape.text, path, reader)
    place = reader.place(path)
    return (
        SolveAction(
            path=name, place=place, template=shape.template, text=shape.text, code=shape.code
        ),
    )


def _notify(value: object, path: Path, name: str, reader: Reader) -> tuple[Action, ...]:
    shape = shaped(NotifyShape, value, path, reader)
    if shape is None:
        return ()
    _want_one_text(shape.template, shape.text, path, reader)
    if not shape.to:
        reader.complain(path, "bad-action", "'notify' has nobody to write to")
    for recipient in shape.to:
        if recipient not in RECIPIENTS and "@" not in recipient:
            reader.unknown((*path, "to"), "recipient", recipient, RECIPIENTS)
    return (
        NotifyAction(
            path=name,
            place=reader.place(path),
            to=shape.to,
            template=shape.template,
            text=shape.text,
            subject=shape.subject,
            digest=shape.digest,
        ),
    )


def _webhook(value: object, path: Path, name: str, reader: Reader) -> tuple[Action, ...]:
    shape = shaped(WebhookShape, _spelt_out(value, "url"), path, reader)
    place = reader.place(path)
    return (WebhookAction(path=name, place=place, url=shape.url, body=shape.body),) if shape else ()


def _spelt_out(value: object, key: str) -> object:
    """Return what ``comment: some text`` is short for."""
    return {key: value} if isinstance(value, str) else value


def _want_one_text(template: str, text: str, path: Path, reader: Reader) -> None:
    if bool(template) is bool(text):
        said = "both a template and a text" if text else "neither a template nor a text"
        reader.complain(path, "bad-action", f"{str(path[-1])!r} has {said}", "give one of them")


def _join(words: tuple[str, ...]) -> str:
    return ", ".join(words)


_PARSERS: Mapping[str, Callable[[object, Path, str, Reader], tuple[Action, ...]]] = {
    "set": _set,
    "assign": _assign,
    "hold": _hold,
    "solve": _solve,
    "comment": _comment,
    "link": _link,
    "notify": _notify,
    "webhook": _webhook,
}
