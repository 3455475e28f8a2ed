# No user whose userName is outside of acme.org is created or activated again.
select(.resource == "Group" or (.action | IN("create", "reactivate") | not) or (.userName | ascii_downcase | endswith("@acme.org")))
