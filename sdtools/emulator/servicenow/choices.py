"""The choice lists that a fresh instance has (FACTS 10)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["CHOICES"]

_INCIDENT_STATES = {
    "1": "New",
    "2": "In Progress",
    "3": "On Hold",
    "6": "Resolved",
    "7": "Closed",
    "8": "Canceled",
}
_TASK_STATES = {
    "-5": "Pending",
    "1": "Open",
    "2": "Work in Progress",
    "3": "Closed Complete",
    "4": "Closed Incomplete",
    "7": "Closed Skipped",
}
_CLOSE_CODES = (
    "Solution provided",
    "Workaround provided",
    "Resolved by caller",
    "Resolved by change",
    "Resolved by problem",
    "Resolved by request",
    "Known error",
    "Duplicate",
    "User error",
    "No resolution provided",
)
_CHANNELS = {
    "email": "Email",
    "phone": "Phone",
    "self-service": "Self-service",
    "walk-in": "Walk-in",
    "chat": "Chat",
    "monitoring": "Monitoring",
    "virtual_agent": "Virtual Agent",
}
_THREE = {"1": "1 - High", "2": "2 - Medium", "3": "3 - Low"}

CHOICES: Mapping[tuple[str, str], Mapping[str, str]] = MappingProxyType(
    {
        ("task", "state"): _TASK_STATES,
        ("task", "impact"): _THREE,
        ("task", "urgency"): _THREE,
        ("task", "priority"): {
            "1": "1 - Critical",
            "2": "2 - High",
            "3": "3 - Moderate",
            "4": "4 - Low",
            "5": "5 - Planning",
        },
        ("task", "escalation"): {"0": "Normal", "1": "Moderate", "2": "High", "3": "Overdue"},
        ("task", "contact_type"): _CHANNELS,
        ("task", "approval"): {
            "not requested": "Not Yet Requested",
            "requested": "Requested",
            "approved": "Approved",
            "rejected": "Rejected",
        },
        ("task", "notify"): {"1": "Do Not Notify", "2": "Send Email"},
        ("incident", "state"): _INCIDENT_STATES,
        ("incident", "incident_state"): _INCIDENT_STATES,
        ("incident", "hold_reason"): {
            "1": "Awaiting Caller",
            "3": "Awaiting Problem",
            "4": "Awaiting Vendor",
            "5": "Awaiting Change",
        },
        ("incident", "close_code"): {code: code for code in _CLOSE_CODES},
        ("incident", "severity"): _THREE,
        ("incident", "category"): {
            "inquiry": "Inquiry / Help",
            "software": "Software",
            "hardware": "Hardware",
            "network": "Network",
            "database": "Database",
            "password_reset": "Password Reset",
        },
        ("incident", "subcategory"): {
            "antivirus": "Antivirus",
            "email": "Email",
            "internal application": "Internal Application",
            "operating system": "Operating System",
            "cpu": "CPU",
            "disk": "Disk",
            "keyboard": "Keyboard",
            "memory": "Memory",
            "monitor": "Monitor",
            "mouse": "Mouse",
            "dhcp": "DHCP",
            "dns": "DNS",
            "ip address": "IP Address",
            "vpn": "VPN",
            "wireless": "Wireless",
        },
        ("problem", "state"): {
            "101": "New",
            "102": "Assess",
            "103": "Root Cause Analysis",
            "104": "Fix in Progress",
            "106": "Resolved",
            "107": "Closed",
        },
        ("problem", "resolution_code"): {
            "fix_applied": "Fix Applied",
            "risk_accepted": "Risk Accepted",
            "duplicate": "Duplicate",
            "canceled": "Canceled",
        },
        ("change_request", "state"): {
            "-5": "New",
            "-4": "Assess",
            "-3": "Authorize",
            "-2": "Scheduled",
            "-1": "Implement",
            "0": "Review",
            "3": "Closed",
            "4": "Canceled",
        },
        ("kb_knowledge", "workflow_state"): {
            "draft": "Draft",
            "review": "Review",
            "published": "Published",
            "pending_retirement": "Pending retirement",
            "retired": "Retired",
            "outdated": "Outdated",
        },
        ("task_sla", "stage"): {
            "in_progress": "In progress",
            "paused": "Paused",
            "completed": "Completed",
            "cancelled": "Cancelled",
        },
        ("contract_sla", "target"): {"response": "Response", "resolution": "Resolution"},
    }
)
