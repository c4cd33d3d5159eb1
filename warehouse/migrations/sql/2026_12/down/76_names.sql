-- Names of all kinds again.
drop trigger names_can_be_seen on published.saved_view;
drop function access.refuse_what_is_no_name();
drop function access.is_name(text);
