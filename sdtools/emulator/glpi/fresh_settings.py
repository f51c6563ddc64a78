"""The settings that a freshly installed GLPI 10.0.12 holds, and its priority matrix."""

from __future__ import annotations

import json

__all__ = ["MATRIX", "SETTINGS", "VERSION"]

VERSION = "10.0.12"
# Rows: urgency 1..5; columns: impact 1..5 (FACTS 10).
MATRIX = ((1, 1, 2, 2, 2), (1, 2, 2, 3, 3), (2, 2, 3, 4, 4), (2, 3, 4, 4, 5), (2, 3, 4, 5, 5))
_UNSET = "~"
# Words ``name=value``; ``~`` is not set.
_WORDS = """
show_jobs_at_login=0 cut=250 list_limit_max=50 url_maxlength=30 event_loglevel=5
notifications_mailing=0 admin_email=admsys@localhost admin_email_name= from_email=
from_email_name= noreply_email= noreply_email_name= replyto_email= replyto_email_name=
mailing_signature=SIGNATURE use_anonymous_helpdesk=0 use_anonymous_followups=0 language=en_GB
priority_1=#fff2f2 priority_2=#ffe0e0 priority_3=#ffcece priority_4=#ffbfbf priority_5=#ffadad
priority_6=#ff5555 date_tax=2005-12-31 cas_host= cas_port=443 cas_uri= cas_logout=
cas_version=CAS_VERSION_2_0 existing_auth_server_field_clean_domain=0 planning_begin=08:00:00
planning_end=20:00:00 utf8_conv=1 use_public_faq=0 show_link_in_mail=0 text_login=
founded_new_version= dropdown_max=100 ajax_wildcard=* ajax_limit_count=10 is_users_auto_add=1
date_format=0 csv_delimiter=; is_ids_visible=0 smtp_mode=0 smtp_host= smtp_port=25
smtp_username= smtp_oauth_provider= proxy_name= proxy_port=8080 proxy_user=
add_followup_on_update_ticket=1 keep_tickets_on_delete=0 time_step=5 helpdesk_doc_url=
central_doc_url= documentcategories_id_forticket=0 monitors_management_restrict=2
phones_management_restrict=2 peripherals_management_restrict=2 printers_management_restrict=2
use_log_in_files=1 time_offset=0 is_contact_autoupdate=1 is_user_autoupdate=1
is_group_autoupdate=1 is_location_autoupdate=1 state_autoupdate_mode=0 is_contact_autoclean=0
is_user_autoclean=0 is_group_autoclean=0 is_location_autoclean=0 state_autoclean_mode=0
use_flat_dropdowntree=0 use_flat_dropdowntree_on_search_result=1 use_autoname_by_entity=1
softwarecategories_id_ondelete=1 x509_email_field= x509_cn_restrict= x509_o_restrict=
x509_ou_restrict= default_mailcollector_filesize_max=2097152 followup_private=0 task_private=0
default_software_helpdesk_visible=1 names_format=0 default_requesttypes_id=1
use_noright_users_add=1 cron_limit=5 urgency_mask=62 impact_mask=62 user_deleted_ldap=0
user_restored_ldap=0 auto_create_infocoms=0 use_slave_for_search=0 show_count_on_tabs=1
refresh_views=0 set_default_tech=1 allow_search_view=2 allow_search_all=0 allow_search_global=1
display_count_on_home=5 use_password_security=0 password_min_length=8 password_need_number=1
password_need_letter=1 password_need_caps=1 password_need_symbol=1 use_check_pref=0
notification_to_myself=1 duedateok_color=#06ff00 duedatewarning_color=#ffb800
duedatecritical_color=#ff0000 duedatewarning_less=20 duedatecritical_less=5
duedatewarning_unit=% duedatecritical_unit=% realname_ssofield= firstname_ssofield=
email1_ssofield= email2_ssofield= email3_ssofield= email4_ssofield= phone_ssofield=
phone2_ssofield= mobile_ssofield= comment_ssofield= title_ssofield= category_ssofield=
language_ssofield= entity_ssofield= registration_number_ssofield= ssovariables_id=0
ssologout_url= translate_kb=0 translate_dropdowns=0 translate_reminders=0 pdffont=dejavusans
keep_devices_when_purging_item=0 maintenance_mode=0 maintenance_text=
attach_ticket_documents_to_mail=0 backcreated=0 task_state=1 palette=auror page_layout=vertical
fold_menu=0 fold_search=0 savedsearches_pinned=0 timeline_order=natural itil_layout=
richtext_layout=classic lock_use_lock_item=0 lock_autolock_mode=1
lock_directunlock_notification=0 lock_item_list=[] lock_lockprofile_id=8 set_default_requester=1
highcontrast_css=0 default_central_tab=0 smtp_check_certificate=1 enable_api=1
enable_api_login_credentials=1 enable_api_login_external_token=1 login_remember_time=604800
login_remember_default=1 use_notifications=0 notifications_ajax=0
notifications_ajax_check_interval=5 notifications_ajax_sound=~
notifications_ajax_icon_url=/pics/glpi.png smtp_max_retries=5 smtp_sender=~ instance_uuid=~
registration_uuid=~ smtp_retry_time=5 purge_addrelation=0 purge_deleterelation=0
purge_createitem=0 purge_deleteitem=0 purge_restoreitem=0 purge_updateitem=0
purge_item_software_install=0 purge_software_item_install=0 purge_software_version_install=0
purge_infocom_creation=0 purge_profile_user=0 purge_group_user=0 purge_adddevice=0
purge_updatedevice=0 purge_deletedevice=0 purge_connectdevice=0 purge_disconnectdevice=0
purge_userdeletedfromldap=0 purge_comments=0 purge_datemod=0 purge_all=0
purge_user_auth_changes=0 purge_plugins=0 purge_refusedequipment=0 display_login_source=1
devices_in_menu=["Item_DeviceSimcard"] password_expiration_delay=-1
password_expiration_notice=-1 password_expiration_lock_delay=-1
default_dashboard_central=central default_dashboard_assets=assets
default_dashboard_helpdesk=assistance default_dashboard_mini_ticket=mini_tickets
impact_enabled_itemtypes=["Appliance","Cluster","Computer","Datacenter","DCRoom","Domain","Enclosure","Monitor","NetworkEquipment","PDU","Peripheral","Phone","Printer","Rack","Software","DatabaseInstance"]
document_max_size=2 planning_work_days=[0,1,2,3,4,5,6] system_user=6 support_legacy_data=0
initialized_rules_collections=["RuleImportAssetCollection","RuleMailCollectorCollection","RuleRightCollection","RuleSoftwareCategoryCollection","RuleTicketCollection","RuleAssetCollection","RuleDictionnaryOperatingSystemCollection","RuleDictionnaryOperatingSystemVersionCollection","RuleDictionnaryOperatingSystemEditionCollection"]
timeline_action_btn_layout=0 timeline_date_format=0 enabled_inventory=0 import_software=1
import_volume=1 import_antivirus=1 import_registry=1 import_process=1 import_vm=1
import_monitor_on_partial_sn=0 import_unmanaged=1 component_processor=1 component_memory=1
component_harddrive=1 component_networkcard=1 component_graphiccard=1 component_soundcard=1
component_drive=1 component_networkdrive=1 component_networkcardvirtual=1 component_control=1
component_battery=1 component_simcard=1 states_id_default=0 entities_id_default=0 location=0
group=0 vm_type=0 vm_components=0 vm_as_computer=0 component_removablemedia=1
component_powersupply=1 inventory_frequency=24 import_monitor=1 import_printer=1
import_peripheral=1 stale_agents_delay=0 stale_agents_action=[0] stale_agents_status=0
"""
_SECRET = (
    "smtp_passwd", "proxy_passwd", "glpinetwork_registration_key", "smtp_oauth_client_id",
    "smtp_oauth_client_secret", "smtp_oauth_options", "smtp_oauth_refresh_token",
)  # fmt: skip


def _settings() -> dict[str, str | None]:
    pairs = (word.partition("=") for word in _WORDS.split())
    read = {name: None if value == _UNSET else value for name, _, value in pairs}
    matrix = {str(u): {str(i): grade for i, grade in enumerate(row, start=1)}
              for u, row in enumerate(MATRIX, start=1)}  # fmt: skip
    found: dict[str, str | None] = {
        "version": VERSION,
        **read,
        "dbversion": VERSION,
        **dict.fromkeys(_SECRET, ""),
    }
    found |= dict.fromkeys(("url_base", "url_base_api"), "")  # the desk knows its own address
    return found | {"priority_matrix": json.dumps(matrix), "list_limit": "20"}


SETTINGS = _settings()
