-- Who may touch the ledger is decided by the database, not by the good manners of a program:
-- the log belongs to a role that nobody can log in as, and each process gets one role that can
-- do its own work and nothing else. Roles belong to the whole cluster, of which many databases
-- may be migrated, also at the same moment; so a role that is already there is no error.
-- Passwords are not set here: the embedded cluster needs none, elsewhere the operator sets them.

do $$
declare
    wanted record;
begin
    for wanted in
        select * from (values
            ('litopys_owner', 'nologin'),
            ('litopys_writer', 'login'),
            ('litopys_projector', 'login'),
            ('litopys_auditor', 'login'),
            ('litopys_statistician', 'login')
        ) as roles (name, may_login)
    loop
        if not exists (select from pg_roles where rolname = wanted.name) then
            begin
                execute format('create role %I %s', wanted.name, wanted.may_login);
            exception when duplicate_object or unique_violation then
                null; -- another database of the cluster was migrated at the same moment
            end;
        end if;
    end loop;
end
$$;

-- Nothing is granted to everybody: what a role may see is said in 0004.
revoke all on schema public from public;
