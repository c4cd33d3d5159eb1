drop function staging.shown_of_people(text, boolean);
