/** A schema with one of each thing that a copy could get wrong, as a database owner without superuser can make it. */
export const everyKind = `
  CREATE EXTENSION citext;
  CREATE SCHEMA "Odd ""Schema""";
  CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
  CREATE TYPE address AS (street text, number int);
  CREATE DOMAIN positive AS numeric CHECK (VALUE > 0);
  CREATE DOMAIN tags AS text[];

  CREATE TABLE every_type (
    id bigint PRIMARY KEY, b boolean, i2 smallint, i4 int, n numeric, f4 real, f8 double precision, m money, c char(5),
    vc varchar(20), t text, ci citext, by bytea, d date, ti time, tz timetz, ts timestamp, tsz timestamptz, iv interval,
    u uuid, j json, jb jsonb, x xml, bi bit(3), vb varbit, ip inet, ci4 cidr, ma macaddr, p point, bx box, po polygon,
    tv tsvector, tq tsquery, r4 int4range, rm nummultirange, ia int[], ta text[][], mo mood, moa mood[], ad address,
    ada address[], pos positive, tg tags, rc regclass, rca regtype[], ls pg_lsn, nm name, ac aclitem, jp jsonpath
  );
  INSERT INTO every_type SELECT i, i % 2 = 0, i, i, i / 3.0, i / 3.0, 'NaN', i::money, 'x', 'vä' || i, E'tab\\t\\\\ \\n' || i,
    'CaSe' || i, decode(md5(i::text), 'hex'), date '0044-03-15 BC' + i, '24:00', '12:00+05:30', 'infinity',
    timestamptz '2024-02-29 12:00:00.000001+00' + i * interval '1 day', interval '1 mon -3 days 00:00:00.5',
    md5(i::text)::uuid, '{"a" : 1.0,  "a":2}', '{"a": 1.10}', '<a>ä</a>', B'101', B'1' , '10.0.0.1/8', '10.0.0.0/8',
    '08:00:2b:01:02:03', '(1,-0)', '((0,0),(1,1))', '((0,0),(1,1),(2,0))', 'fat:1A cat', 'fat & rat', '[1,5)',
    '{[1.0,2.00),(3,)}', '{1,NULL,3}', '{{a,"b,c"},{NULL,""}}', 'happy', '{sad,ok}', ROW('a "street"', i)::address,
    ARRAY[ROW('x', 1)::address, NULL], 1.50, '{a,b}', 'every_type', '{int4,mood}', '16/B374D848', 'nm', 
    makeaclitem(10, 10, 'SELECT', false), '$.a[*] ? (@ > 1)' FROM generate_series(1, 50) i;
  INSERT INTO every_type (id) VALUES (100);
  INSERT INTO every_type (id, n, f4, f8) VALUES (101, 1.0, '-0', '0'), (102, 1.00, '0', '-0');

  CREATE TABLE empty_table (id int, t text);
  CREATE TABLE no_columns ();
  INSERT INTO no_columns DEFAULT VALUES;
  INSERT INTO no_columns DEFAULT VALUES;
  CREATE TABLE "Odd ""Schema"""."Quoted "" Table.x" ("select" int, "a ""b"" c" text, "ünï" text);
  INSERT INTO "Odd ""Schema"""."Quoted "" Table.x" VALUES (1, NULL, ''), (2, 'NULL', '\\N');

  CREATE TABLE generated (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, dropped int, a int, twice int GENERATED ALWAYS AS (a * 2) STORED
  );
  ALTER TABLE generated DROP COLUMN dropped;
  INSERT INTO generated (a) SELECT i FROM generate_series(1, 100) i;
  DELETE FROM generated WHERE id > 90;
  CREATE SEQUENCE not_called START 77;
  CREATE SEQUENCE counts_down INCREMENT -3 MINVALUE -1000 MAXVALUE 10 START 10;
  SELECT nextval('counts_down'), nextval('counts_down');

  CREATE TABLE measured (at date NOT NULL, place text NOT NULL, v int, PRIMARY KEY (at, place)) PARTITION BY RANGE (at);
  CREATE TABLE measured_2023 PARTITION OF measured FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
  CREATE TABLE measured_2024 PARTITION OF measured FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY LIST (place);
  CREATE TABLE measured_2024_here PARTITION OF measured_2024 FOR VALUES IN ('here');
  CREATE TABLE measured_rest PARTITION OF measured_2024 DEFAULT;
  CREATE INDEX ON measured (v);
  INSERT INTO measured SELECT date '2023-12-01' + i, (ARRAY['here', 'there'])[1 + i % 2], i FROM generate_series(1, 60) i;

  CREATE TABLE parent (id int PRIMARY KEY, v text);
  CREATE TABLE heir (more text) INHERITS (parent);
  INSERT INTO parent VALUES (1, 'p');
  INSERT INTO heir VALUES (2, 'c', 'm');

  CREATE TABLE customers (id serial PRIMARY KEY, email citext UNIQUE, boss int REFERENCES customers);
  INSERT INTO customers (email, boss) SELECT 'c' || i || '@x', CASE WHEN i > 1 THEN 1 END FROM generate_series(1, 500) i;
  CREATE TABLE orders (id serial PRIMARY KEY, customer int NOT NULL REFERENCES customers, total numeric(10, 2),
    during tstzrange, EXCLUDE USING gist (during WITH &&), CHECK (total >= 0));
  INSERT INTO orders (customer, total) SELECT 1 + i % 500, i FROM generate_series(1, 2000) i;
  CREATE INDEX expressive ON orders ((total * 2)) WHERE total > 5;
  CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    -- TOC entries are not the only comments.
    RAISE EXCEPTION 'no orders today';
  END $$;
  CREATE TRIGGER refuse_orders BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION refuse();
  CREATE VIEW totals AS SELECT customer, sum(total) AS total FROM orders GROUP BY 1;
  CREATE MATERIALIZED VIEW big_customers AS SELECT * FROM totals WHERE total > 10;
  CREATE UNIQUE INDEX ON big_customers (customer);
  CREATE MATERIALIZED VIEW alphabet AS SELECT count(*) AS n FROM big_customers;
  CREATE MATERIALIZED VIEW unpopulated AS SELECT 1 AS one WITH NO DATA;
  CREATE STATISTICS orders_stats ON customer, total FROM orders;
  COMMENT ON TABLE orders IS 'of customers';
  CREATE RULE no_deletes AS ON DELETE TO parent DO INSTEAD NOTHING;
  ALTER TABLE customers ENABLE ROW LEVEL SECURITY;
  CREATE POLICY nobody ON customers USING (false);
  CREATE TABLE keys (a int NOT NULL, b int, c int, CONSTRAINT "k 1" PRIMARY KEY (a) WITH (fillfactor = 70), UNIQUE (b, a),
    CONSTRAINT later UNIQUE (c) DEFERRABLE INITIALLY DEFERRED, UNIQUE (c) INCLUDE (b));
  ALTER TABLE keys CLUSTER ON keys_b_a_key;
  ALTER TABLE keys REPLICA IDENTITY USING INDEX "k 1";
  INSERT INTO keys SELECT i, i, i FROM generate_series(1, 20) i;
  CREATE UNLOGGED TABLE unlogged (v int);
  INSERT INTO unlogged VALUES (1);

  SELECT lo_from_bytea(4711, decode(repeat('ab', 2500000), 'hex')), lo_create(4712), lo_from_bytea(4713, 'small');
`;
