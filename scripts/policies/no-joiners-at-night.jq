# From 20:00 to 7:00 in the time zone of the run, no user is created or activated again.
select((.action | IN("create", "reactivate")) and .resource == "User" and ($plan.localTime[11:13] | tonumber | . < 7 or . >= 20) | not)
