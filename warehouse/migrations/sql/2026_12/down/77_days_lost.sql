-- Each of the two checks has the question to itself again.

drop function gate.days_lost(date[], numeric[], boolean[]);
