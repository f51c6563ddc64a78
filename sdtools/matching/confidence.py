"""How sure a match is: a logistic model over what is known of a query and its best documents.

Fitted by ``python -m benchmarks.fit_confidence`` on three public sets: FAQ entries with people's
paraphrases (590 queries), support articles with their symptoms (726) and French support articles
with their titles (472), whole and in parts of 8 to 500; half to two thirds of the queries had no
answer in the base. On the set that was left out of the fit, in that order, the best candidates had

    area under the ROC curve    .90  .98  .90
    precision at >= .5          .77  .92  .89   and .72  .87  .45 of the right answers kept
    precision at >= .2          .61  .74  .75   and .87  .97  .71 of the right answers kept

These four features were chosen among some thirty combinations by just these figures, and so was
how the parts are drawn, so expect somewhat less elsewhere: on two small sets of duplicate bug
reports, looked at but never fitted on (60 queries), precision at >= .5 was .62 and 1.0. Good enough
to suggest, not to link. Products of the features gained little; the logarithm of the score and the
size of the base did harm on a set left out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sdtools.matching.index import Scores

__all__ = ["FEATURES", "confidence", "features"]

Matrix = NDArray[np.float64]

FEATURES = (
    "share of the most that the query's words can score",
    "margin in words to the best other document",
    "margin in all to the best other document",
    "share of the title said by the query",
)
_INTERCEPT = -5.966
_WEIGHTS = np.array([6.735, 2.207, 2.807, 3.226])


def confidence(described: Matrix) -> Matrix:
    """Return for each row of FEATURES how likely the document is the right one, 0 to 1."""
    return np.asarray(1 / (1 + np.exp(-(described @ _WEIGHTS + _INTERCEPT))))


def features(scores: Scores, documents: NDArray[np.intp]) -> Matrix:
    """Describe the best documents of a query, one row of FEATURES for each.

    ``documents`` must hold the best two by words and in all, where there are two.
    """
    words, total = scores.words[documents], scores.total()[documents]
    return np.column_stack(
        [words / scores.hits.most, _margin(words), _margin(total), scores.title[documents]]
    )


def _margin(scores: NDArray[np.float32]) -> Matrix:
    """Return how far each score is above the best of the others, as a share of the best."""
    second, best = np.sort(np.append(scores, [0.0, 0.0]))[-2:]
    others = np.where(scores >= best, second, best)
    return np.asarray((scores - others) / max(best, 1e-9), float)
