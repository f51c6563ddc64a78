"""Columns of the embedded GLPI's people, places, calendars, items and settings (see tables)."""

from __future__ import annotations

__all__ = ["DIRECTORY"]

_NAMED = "id name? comment? date_mod@ date_creation@"

DIRECTORY = {
    "Entity": (
        "id name? entities_id~ completename? comment? level sons_cache? ancestors_cache? "
        "registration_number? address? postcode? town? state? country? website? phonenumber? "
        "fax? email? admin_email? admin_email_name? from_email? from_email_name? "
        "noreply_email? noreply_email_name? replyto_email? replyto_email_name? "
        "notification_subject_tag? ldap_dn? tag? authldaps_id mail_domain? entity_ldapfilter? "
        "mailing_signature? cartridges_alert_repeat=-2 consumables_alert_repeat=-2 "
        "use_licenses_alert=-2 send_licenses_alert_before_delay=-2 use_certificates_alert=-2 "
        "send_certificates_alert_before_delay=-2 certificates_alert_repeat_interval=-2 "
        "use_contracts_alert=-2 send_contracts_alert_before_delay=-2 use_infocoms_alert=-2 "
        "send_infocoms_alert_before_delay=-2 use_reservations_alert=-2 use_domains_alert=-2 "
        "send_domains_alert_close_expiries_delay=-2 send_domains_alert_expired_delay=-2 "
        "autoclose_delay=-2 autopurge_delay=-10 notclosed_delay=-2 calendars_strategy=-2 "
        "calendars_id auto_assign_mode=-2 tickettype=-2 max_closedate@ inquest_config=-2 "
        "inquest_rate inquest_delay=-10 inquest_URL? autofill_warranty_date!-2 "
        "autofill_use_date!-2 autofill_buy_date!-2 autofill_delivery_date!-2 "
        "autofill_order_date!-2 tickettemplates_strategy=-2 tickettemplates_id "
        "changetemplates_strategy=-2 changetemplates_id problemtemplates_strategy=-2 "
        "problemtemplates_id entities_strategy_software=-2 entities_id_software "
        "default_contract_alert=-2 default_infocom_alert=-2 "
        "default_cartridges_alarm_threshold=-2 default_consumables_alarm_threshold=-2 "
        "delay_send_emails=-2 is_notif_enable_default=-2 inquest_duration date_mod@ "
        "date_creation@ autofill_decommission_date!-2 suppliers_as_private=-2 "
        "anonymize_support_agents=-2 display_users_initials=-2 contracts_strategy_default=-2 "
        "contracts_id_default enable_custom_css=-2 custom_css_code? latitude? longitude? "
        "altitude? transfers_strategy=-2 transfers_id agent_base_url?"
    ),
    "User": (
        "id name? password_last_update@ phone? phone2? mobile? realname? firstname? "
        "locations_id language? use_mode list_limit~ is_active=1 comment? auths_id authtype=1 "
        "last_login@ date_mod@ date_sync@ is_deleted profiles_id entities_id usertitles_id "
        "usercategories_id date_format~ number_format~ names_format~ csv_delimiter? "
        "is_ids_visible~ use_flat_dropdowntree~ use_flat_dropdowntree_on_search_result~ "
        "show_jobs_at_login~ priority_1? priority_2? priority_3? priority_4? priority_5? "
        "priority_6? followup_private~ task_private~ default_requesttypes_id~ "
        "password_forget_token? password_forget_token_date@ user_dn? user_dn_hash? "
        "registration_number? show_count_on_tabs~ refresh_views~ set_default_tech~ "
        "personal_token_date@ api_token_date@ cookie_token_date@ display_count_on_home~ "
        "notification_to_myself~ duedateok_color? duedatewarning_color? "
        "duedatecritical_color? duedatewarning_less~ duedatecritical_less~ "
        "duedatewarning_unit? duedatecritical_unit? display_options? is_deleted_ldap pdffont? "
        "picture? begin_date@ end_date@ keep_devices_when_purging_item~ privatebookmarkorder? "
        "backcreated~ task_state~ palette? page_layout? fold_menu~ fold_search~ "
        "savedsearches_pinned? timeline_order? itil_layout? richtext_layout? "
        "set_default_requester~ lock_autolock_mode~ lock_directunlock_notification~ "
        "date_creation@ highcontrast_css=0 plannings? sync_field? groups_id "
        "users_id_supervisor timezone? default_dashboard_central? default_dashboard_assets? "
        "default_dashboard_helpdesk? default_dashboard_mini_ticket? default_central_tab=0 "
        "nickname? timeline_action_btn_layout=0 timeline_date_format=0"
    ),
    "UserEmail": "id users_id is_default is_dynamic email?",
    "UserCategory": _NAMED,
    "UserTitle": _NAMED,
    "Group": (
        "id entities_id is_recursive name? comment? ldap_field? ldap_value? ldap_group_dn? "
        "date_mod@ groups_id completename? level ancestors_cache? sons_cache? is_requester=1 "
        "is_watcher=1 is_assign=1 is_task=1 is_notify=1 is_itemgroup=1 is_usergroup=1 "
        "is_manager=1 date_creation@"
    ),
    "Group_User": "id users_id groups_id is_dynamic is_manager is_userdelegate",
    "Profile": (
        "id name? interface? is_default helpdesk_hardware helpdesk_item_type? ticket_status? "
        "date_mod@ comment? problem_status? create_ticket_on_login tickettemplates_id "
        "changetemplates_id problemtemplates_id change_status? managed_domainrecordtypes? "
        "date_creation@"
    ),
    "Profile_User": (
        "id users_id profiles_id entities_id is_recursive=1 is_dynamic is_default_profile"
    ),
    "Location": (
        "id entities_id is_recursive name? locations_id completename? comment? level "
        "ancestors_cache? sons_cache? address? postcode? town? state? country? building? room? "
        "latitude? longitude? altitude? date_mod@ date_creation@"
    ),
    "Calendar": (
        "id name? entities_id is_recursive comment? date_mod@ cache_duration? date_creation@"
    ),
    "CalendarSegment": "id calendars_id entities_id is_recursive day=1 begin@ end@",
    "Holiday": (
        "id name? entities_id is_recursive comment? begin_date@ end_date@ is_perpetual "
        "date_mod@ date_creation@"
    ),
    "Calendar_Holiday": "id calendars_id holidays_id",
    "Supplier": (
        "id entities_id is_recursive name? suppliertypes_id registration_number? address? "
        "postcode? town? state? country? website? phonenumber? comment? is_deleted fax? email? "
        "date_mod@ date_creation@ is_active pictures?"
    ),
    "Computer": (
        "id entities_id name? serial? otherserial? contact? contact_num? users_id_tech "
        "groups_id_tech comment? date_mod@ autoupdatesystems_id locations_id networks_id "
        "computermodels_id computertypes_id is_template template_name? manufacturers_id "
        "is_deleted is_dynamic users_id groups_id states_id ticket_tco$ uuid? date_creation@ "
        "is_recursive last_inventory_update@ last_boot@"
    ),
    "Software": (
        "id entities_id is_recursive name? comment? locations_id users_id_tech groups_id_tech "
        "is_update softwares_id manufacturers_id is_deleted is_template template_name? "
        "date_mod@ users_id groups_id ticket_tco$ is_helpdesk_visible=1 softwarecategories_id "
        "is_valid=1 date_creation@ pictures?"
    ),
    "Manufacturer": _NAMED,
    "Item_SoftwareVersion": (
        "id items_id itemtype? softwareversions_id is_deleted_item is_template_item entities_id "
        "is_deleted is_dynamic date_install@"
    ),
    "Item_SoftwareLicense": ("id items_id itemtype? softwarelicenses_id is_deleted is_dynamic"),
    "Config": "id context? name? value?",
    "APIClient": (
        "id entities_id is_recursive name? date_mod@ date_creation@ is_active=1 "
        "ipv4_range_start~ ipv4_range_end~ ipv6? app_token_date@ dolog_method comment?"
    ),
    "CronTask": (
        "id itemtype? name? frequency param~ state=1 mode=1 allowmode=3 hourmin hourmax=24 "
        "logs_lifetime=30 lastrun@ lastcode~ comment? date_mod@ date_creation@"
    ),
}
