-- Lists of alerts are narrowed to a severity, which is a column for the reasons that rule is one.
alter table aggregate add column severity text;
update aggregate set severity = substring(state::text from '"severity":"([^"\\]*)"') where kind = 'alert';
create index aggregate_severity on aggregate (plan, severity, number) where kind = 'alert';
