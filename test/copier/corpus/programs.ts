import type { Theme } from './theme.ts';

/** Views, functions, triggers, rules, policies, publications, statistics, text search, and comments on everything. */
export const programs: Theme = {
  statements: [
    `CREATE SCHEMA shop; CREATE SCHEMA audit;
     CREATE TABLE shop.items (id int PRIMARY KEY, name text NOT NULL, price numeric(12, 2), owner name DEFAULT current_user);
     INSERT INTO shop.items SELECT i, 'item ' || i, i / 7.0 FROM generate_series(1, 200) i;
     CREATE VIEW shop.cheap AS SELECT * FROM shop.items WHERE price < 10 WITH LOCAL CHECK OPTION;
     CREATE VIEW shop.cheapest WITH (security_barrier, security_invoker) AS SELECT * FROM shop.cheap WHERE price < 5 WITH CASCADED CHECK OPTION;
     ALTER VIEW shop.cheap ALTER COLUMN price SET DEFAULT 1;
     CREATE RECURSIVE VIEW shop.countdown (n) AS VALUES (3) UNION ALL SELECT n - 1 FROM countdown WHERE n > 1;
     CREATE MATERIALIZED VIEW shop.a_last AS SELECT count(*) AS n, sum(price) AS total FROM shop.cheapest;
     CREATE MATERIALIZED VIEW shop.z_first AS SELECT id, price FROM shop.items WITH NO DATA;
     REFRESH MATERIALIZED VIEW shop.z_first;
     CREATE UNIQUE INDEX ON shop.z_first (id);
     CREATE VIEW shop.between AS SELECT max(id) AS top FROM shop.z_first;
     CREATE MATERIALIZED VIEW shop.b_middle AS SELECT top FROM shop.between;
     CREATE MATERIALIZED VIEW shop.a_end AS SELECT top + 1 AS next FROM shop.b_middle;
     CREATE MATERIALIZED VIEW shop.unpopulated AS SELECT * FROM shop.a_end WITH NO DATA`,
    // Views that need each other's columns come as a dummy first.
    `CREATE TABLE shop.looped (a int PRIMARY KEY, b text);
     CREATE VIEW shop.grouped AS SELECT a, b FROM shop.looped GROUP BY a;
     CREATE FUNCTION shop.of_view() RETURNS SETOF shop.grouped LANGUAGE sql STABLE AS 'SELECT * FROM shop.grouped'`,
    `CREATE FUNCTION shop.atomic(n int, OUT twice int, OUT words text) LANGUAGE sql IMMUTABLE PARALLEL SAFE
       BEGIN ATOMIC SELECT n * 2, 'of ' || n; END;
     CREATE FUNCTION shop.price_of(item int) RETURNS numeric STABLE STRICT SECURITY DEFINER COST 3 SET search_path = shop, pg_temp
       LANGUAGE sql RETURN (SELECT price FROM shop.items WHERE id = item);
     CREATE FUNCTION shop.many(VARIADIC rest text[] DEFAULT '{a}') RETURNS TABLE (one text) ROWS 7 LANGUAGE plpgsql AS $body$
     -- TOC entries are not the only comments; $$ and ; neither.
     DECLARE each text;
     BEGIN
       FOREACH each IN ARRAY rest LOOP one := each || $$;'$$; RETURN NEXT; END LOOP;
     END $body$;
     CREATE FUNCTION shop."Überladen"(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
     CREATE FUNCTION shop."Überladen"(text) RETURNS int LANGUAGE sql AS 'SELECT 2';
     CREATE PROCEDURE shop.restock(IN amount int, INOUT done bool DEFAULT false) LANGUAGE plpgsql AS 'BEGIN done := true; END';
     CREATE AGGREGATE shop.product (numeric) (SFUNC = numeric_mul, STYPE = numeric, INITCOND = '1', PARALLEL = SAFE);
     CREATE AGGREGATE shop.joined (text ORDER BY text) (SFUNC = textcat, STYPE = text, INITCOND = '', FINALFUNC_MODIFY = READ_WRITE)`,
    `CREATE TYPE shop.money2 AS (amount numeric, currency text);
     CREATE TYPE shop.grade AS ENUM ('low', 'high');
     CREATE FUNCTION shop.add(shop.money2, shop.money2) RETURNS shop.money2 LANGUAGE sql IMMUTABLE
       AS $$ SELECT ROW(($1).amount + ($2).amount, ($1).currency)::shop.money2 $$;
     CREATE OPERATOR shop.+ (LEFTARG = shop.money2, RIGHTARG = shop.money2, FUNCTION = shop.add, COMMUTATOR = OPERATOR(shop.+));
     CREATE AGGREGATE shop.sum (shop.money2) (SFUNC = shop.add, STYPE = shop.money2);
     CREATE FUNCTION shop.to_grade(int) RETURNS shop.grade LANGUAGE sql IMMUTABLE
       AS $$ SELECT (CASE WHEN $1 > 5 THEN 'high' ELSE 'low' END)::shop.grade $$;
     CREATE CAST (int AS shop.grade) WITH FUNCTION shop.to_grade(int) AS ASSIGNMENT;
     CREATE CAST (shop.grade AS varchar) WITH INOUT AS IMPLICIT;
     CREATE TABLE shop.priced (id int PRIMARY KEY, price shop.money2, grade shop.grade, CHECK ((price).amount >= 0));
     INSERT INTO shop.priced SELECT i, ROW(i::numeric, 'EUR'::text)::shop.money2, i % 10 FROM generate_series(1, 20) i;
     CREATE INDEX ON shop.priced (((price).amount), shop.to_grade(id))`,
    `CREATE TABLE audit.log (id int GENERATED ALWAYS AS IDENTITY, what text);
     CREATE FUNCTION audit.log() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN INSERT INTO audit.log (what) VALUES (TG_NAME || ' ' || TG_OP); RETURN coalesce(NEW, OLD); END $$;
     CREATE TRIGGER each_row BEFORE INSERT OR UPDATE OF price OR DELETE ON shop.items FOR EACH ROW WHEN (pg_trigger_depth() < 5) EXECUTE FUNCTION audit.log();
     CREATE TRIGGER each_statement AFTER INSERT OR TRUNCATE ON shop.items FOR EACH STATEMENT EXECUTE FUNCTION audit.log('a', 'b''c');
     CREATE TRIGGER with_rows AFTER UPDATE ON shop.items REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION audit.log();
     CREATE CONSTRAINT TRIGGER checked AFTER INSERT ON shop.items DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit.log();
     CREATE TRIGGER on_view INSTEAD OF INSERT ON shop.grouped FOR EACH ROW EXECUTE FUNCTION audit.log();
     CREATE TRIGGER disabled BEFORE INSERT ON shop.items FOR EACH ROW EXECUTE FUNCTION audit.log();
     CREATE TRIGGER always BEFORE INSERT ON shop.items FOR EACH ROW EXECUTE FUNCTION audit.log();
     CREATE TRIGGER on_replica BEFORE INSERT ON shop.items FOR EACH ROW EXECUTE FUNCTION audit.log();
     ALTER TABLE shop.items DISABLE TRIGGER disabled, ENABLE ALWAYS TRIGGER always, ENABLE REPLICA TRIGGER on_replica;
     CREATE RULE on_insert AS ON INSERT TO shop.priced DO INSTEAD NOTHING;
     CREATE RULE also AS ON UPDATE TO shop.priced WHERE old.id > 3 DO ALSO INSERT INTO audit.log (what) VALUES (new.grade::text);
     CREATE RULE asleep AS ON DELETE TO shop.priced DO INSTEAD NOTHING;
     ALTER TABLE shop.priced DISABLE RULE asleep, ENABLE ALWAYS RULE also;
     CREATE RULE into_view AS ON UPDATE TO shop.countdown DO INSTEAD SELECT 1`,
    `ALTER TABLE shop.looped ENABLE ROW LEVEL SECURITY;
     CREATE POLICY mine ON shop.looped AS PERMISSIVE FOR SELECT TO public USING (b = current_user);
     CREATE POLICY nobody ON shop.looped AS RESTRICTIVE FOR UPDATE USING (a > 1) WITH CHECK (a > 2);
     INSERT INTO shop.looped VALUES (1, 'hidden'), (2, 'too');
     CREATE POLICY asleep ON audit.log USING (false);
     CREATE PUBLICATION changes FOR TABLE shop.items (id, name) WHERE (id > 5), ONLY shop.looped WITH (publish = 'insert, delete');
     CREATE PUBLICATION nothing;
     CREATE STATISTICS shop.several (ndistinct, dependencies, mcv) ON id, name, price FROM shop.items;
     CREATE STATISTICS shop.computed ON (price * 2), lower(name) FROM shop.items;
     ALTER STATISTICS shop.several SET STATISTICS 50;
     CREATE TEXT SEARCH DICTIONARY shop.stems (TEMPLATE = snowball, Language = german);
     CREATE TEXT SEARCH CONFIGURATION shop.german (COPY = pg_catalog.german);
     ALTER TEXT SEARCH CONFIGURATION shop.german ALTER MAPPING FOR asciiword, word WITH shop.stems, simple;
     ALTER TEXT SEARCH CONFIGURATION shop.german DROP MAPPING FOR email;
     ALTER TABLE shop.items ADD words tsvector GENERATED ALWAYS AS (to_tsvector('shop.german', name)) STORED;
     CREATE CONVERSION shop.mine FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
     SELECT lo_from_bytea(100, 'one'), lo_create(101), lo_from_bytea(102, decode(repeat('00ff', 800000), 'hex'));
     SELECT lo_put(lo_create(103), 3000000, 'after a hole')`,
    `COMMENT ON SCHEMA shop IS 'it''s a \\"shop\\"';
     COMMENT ON TABLE shop.items IS E'two\\nlines; and a semicolon';
     COMMENT ON COLUMN shop.items.price IS 'in €';
     COMMENT ON CONSTRAINT items_pkey ON shop.items IS 'key';
     COMMENT ON INDEX shop.items_pkey IS 'index';
     COMMENT ON VIEW shop.cheap IS 'view'; COMMENT ON COLUMN shop.cheap.price IS 'column of a view';
     COMMENT ON MATERIALIZED VIEW shop.a_last IS 'materialized';
     COMMENT ON FUNCTION shop.atomic(int) IS 'function'; COMMENT ON PROCEDURE shop.restock(int, bool) IS 'procedure';
     COMMENT ON AGGREGATE shop.product (numeric) IS 'aggregate';
     COMMENT ON OPERATOR shop.+ (shop.money2, shop.money2) IS 'operator';
     COMMENT ON CAST (int AS shop.grade) IS 'cast';
     COMMENT ON TYPE shop.grade IS 'enum'; COMMENT ON TYPE shop.money2 IS 'composite'; COMMENT ON COLUMN shop.money2.amount IS 'attribute';
     COMMENT ON TRIGGER each_row ON shop.items IS 'trigger'; COMMENT ON RULE also ON shop.priced IS 'rule';
     COMMENT ON POLICY mine ON shop.looped IS 'policy'; COMMENT ON PUBLICATION changes IS 'publication';
     COMMENT ON STATISTICS shop.several IS 'statistics'; COMMENT ON SEQUENCE audit.log_id_seq IS 'sequence';
     COMMENT ON TEXT SEARCH DICTIONARY shop.stems IS 'dictionary'; COMMENT ON TEXT SEARCH CONFIGURATION shop.german IS 'configuration';
     COMMENT ON CONVERSION shop.mine IS 'conversion';
     COMMENT ON LARGE OBJECT 100 IS 'it''s large; says ü'; COMMENT ON LARGE OBJECT 101 IS 'empty'`,
  ],
  questions: [
    'SELECT * FROM shop.a_last',
    'SELECT * FROM shop.a_end',
    'SELECT count(*), sum(price) FROM shop.z_first',
    "SELECT relname, relispopulated FROM pg_class WHERE relkind = 'm' ORDER BY 1",
    'SELECT * FROM shop.atomic(4)',
    "SELECT * FROM shop.many('a', 'b')",
    'SELECT shop.price_of(7)',
    'SELECT (shop.sum(price)).*, shop.product(id) FROM shop.priced',
    'SELECT * FROM audit.log',
    "INSERT INTO shop.items VALUES (1000, 'die Häuser', 2) RETURNING words",
    'SELECT what FROM audit.log ORDER BY id',
    'SELECT tgname, tgenabled, tgdeferrable FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1',
    'SELECT rulename, ev_enabled FROM pg_rewrite WHERE ev_class >= 16384 ORDER BY 1',
    'SELECT md5(lo_get(100)), length(lo_get(101)), md5(lo_get(102)), md5(lo_get(103))',
    "SELECT oid, obj_description(oid, 'pg_largeobject') FROM pg_largeobject_metadata ORDER BY 1",
  ],
};
