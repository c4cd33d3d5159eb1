-- One row, of no use: from here on the transaction is the person's, who may write in it or not.
-- Why    the row policies ask for both names; `onlooker` is empty where nobody looks as that person.
select
    set_config('transaction_read_only', :read_only, true) as read_only,
    set_config('app.person', :person, true) as person,
    set_config('app.onlooker', :onlooker, true) as onlooker
