"""Search options of entities, in the notation of ``search_options``."""

from __future__ import annotations

from sdtools.emulator.glpi.options_shared import NOTES

__all__ = ["ENTITY_OPTIONS"]

_PLACE = """
# common Characteristics
1|Complete name|completename|itemlink|
2|ID|id|number|
14|Name|name|itemlink|
3|Address|address|text|
4|Website|website|string|
5|Phone|phonenumber|string|
6|Email|email|email|
10|Fax|fax|string|
25|Postal code|postcode|string|
11|City|town|string|
12|State|state|string|
13|Country|country|string|
67|Latitude|latitude|string|
68|Longitude|longitude|string|
69|Altitude|altitude|string|
16|Comments|comment|text|
122|Last update|date_mod|datetime|
121|Creation date|date_creation|datetime|
70|Administrative number|registration_number|string|
"""
_SETTINGS = """
# advanced Advanced information
7|LDAP directory information attribute representing the entity|ldap_dn|string|
8|Information in inventory tool (TAG) representing the entity|tag|string|
9|LDAP directory of an entity|AuthLDAP.name|dropdown|
17|Search filter (if needed)|entity_ldapfilter|string|
20|Mail domain|mail_domain|string|
# notif Notification options
60|Delay to send email notifications|delay_send_emails|number|Nm
61|Enable notifications by default|is_notif_enable_default|string|N
18|Administrator email address|admin_email|string|
19|Reply-To address|replyto_email|string|
62|Email sender address|from_email|string|
63|No-Reply address|noreply_email|string|
21|Prefix for notifications|notification_subject_tag|string|
22|Administrator name|admin_email_name|string|
23|Reply-To name|replyto_email_name|string|
64|Email sender name|from_email_name|string|
65|No-Reply name|noreply_email_name|string|
24|Email signature|mailing_signature|text|
26|Alarms on cartridges|cartridges_alert_repeat|specific|N
27|Alarms on consumables|consumables_alert_repeat|specific|N
29|Alarms on expired licenses|use_licenses_alert|specific|N
53|Send license alarms before|send_licenses_alert_before_delay|specific|N
30|Alarms on contracts|use_contracts_alert|specific|N
54|Send contract alarms before|send_contracts_alert_before_delay|specific|N
31|Alarms on financial and administrative information|use_infocoms_alert|specific|N
55|Send financial and administrative information alarms before|send_infocoms_alert_before_delay|specific|N
32|Alerts on reservations|use_reservations_alert|specific|N
48|Default value for alarms on contracts|default_contract_alert|specific|N
49|Default value for alarms on financial and administrative information|default_infocom_alert|specific|N
50|Default threshold for cartridges count|default_cartridges_alarm_threshold|number|N
52|Default threshold for consumables count|default_consumables_alarm_threshold|number|N
57|Alarms on expired certificates|use_certificates_alert|specific|N
58|Send Certificate alarms before|send_certificates_alert_before_delay|specific|N
# helpdesk Assistance
47|Ticket template|tickettemplates_id|specific|N
33|Automatic closing of solved tickets after|autoclose_delay|number|Nm
59|Automatic purge of closed tickets after|autopurge_delay|number|Nm
34|Alerts on tickets which are not solved|notclosed_delay|specific|N
35|Automatic assignment of tickets|auto_assign_mode|specific|N
36|Calendar|calendars_id|specific|N
37|Tickets default type|tickettype|specific|N
75|Default contract|contracts_id_default|specific|N
# assets Assets
38|Date of purchase|autofill_buy_date|specific|N
39|Order date|autofill_order_date|specific|N
40|Delivery date|autofill_delivery_date|specific|N
41|Startup date|autofill_use_date|specific|N
42|Start date of warranty|autofill_warranty_date|specific|N
43|Satisfaction survey configuration|inquest_config|specific|N
44|Satisfaction survey trigger rate|inquest_rate|number|
45|Create survey after|inquest_delay|number|
46|URL|inquest_URL|string|
51|Entity for software creation|entities_id_software>Entity.name|specific|N
56|Decommission date|autofill_decommission_date|specific|N
"""  # noqa: E501 - GLPI's labels are long

ENTITY_OPTIONS = _PLACE + NOTES + _SETTINGS
