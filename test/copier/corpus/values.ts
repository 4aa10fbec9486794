import type { Theme } from './theme.ts';

/** Every character but NUL that a text can hold, in an order that looks like COPY's escapes now and then. */
const characters = `(SELECT string_agg(chr(i), '' ORDER BY i) FROM generate_series(1, 1000) AS i)`;

const columns = {
  i2: ['smallint', '-32768', '32767', '0'],
  i4: ['integer', '-2147483648', '2147483647', '0'],
  i8: ['bigint', '-9223372036854775808', '9223372036854775807', '0'],
  n: [
    'numeric',
    "'-Infinity'",
    "'NaN'",
    "'Infinity'",
    '1.0',
    '1.00',
    '-0.000',
    "('1' || repeat('0', 131071))::numeric",
  ],
  digits: ['numeric', "(repeat('1234567890', 13107) || '.' || repeat('0987654321', 1638))::numeric", '1e-16383'],
  scaled: ['numeric(5,-2)', '12345.67', '-99', '0'],
  f4: ['real', "'-0'", "'NaN'", "'-Infinity'", '3.4028235e38', '1e-45', '1.1754944e-38'],
  f8: ['double precision', "'-0'", "'NaN'", "'Infinity'", '1.7976931348623157e308', '5e-324', '0.1::float8 + 0.2'],
  m: ['money', "'-92233720368547758.08'", "'92233720368547758.07'", "'0'"],
  b: ['boolean', 'true', 'false'],
  one: ['"char"', "'a'", "''", "E'\\\\377'", "'\\'"],
  nm: ['name', "repeat('n', 63)", "''", "'ü'"],
  fixed: ['char(5)', "''", "'a    '", "'é'"],
  vc: ['varchar(3)', "''", "'   '", "'日本語'"],
  t: [
    'text',
    "''",
    characters,
    "E'\\\\N'",
    "E'\\\\.\\n\\\\.'",
    "E'\\t\\r\\n\\b\\f\\v\\x7f'",
    "'𝄞é'",
    "repeat('x', 3000000)",
  ],
  by: ['bytea', "''", "'\\x00'", "(SELECT string_agg(set_byte('\\x00', 0, i), '') FROM generate_series(0, 255) i)"],
  bi: ['bit(9)', "B'000000000'", "B'101010101'"],
  vb: ['bit varying', "''", "B'1'", "repeat('10', 4001)::bit varying"],
  d: ['date', "'4713-01-01 BC'", "'5874897-12-31'", "'infinity'", "'-infinity'", "'0001-12-31 BC'"],
  ti: ['time', "'00:00'", "'24:00'", "'23:59:59.999999'"],
  tz: ['timetz', "'00:00+15:59'", "'24:00:00-15:59'", "'12:34:56.789+05:30:15'"],
  ts: ['timestamp', "'4713-11-24 BC'", "'294276-12-31 23:59:59.999999'", "'infinity'", "'-infinity'"],
  tsz: [
    'timestamptz',
    "'4713-11-24 00:00:00 BC'",
    "'294276-12-31 23:59:59.999999+00'",
    "'-infinity'",
    "'1883-11-18 12:03:58-05'",
  ],
  iv: [
    'interval',
    "'-178000000 years'",
    "'178000000 years'",
    "'1 day'",
    "'24:00'",
    "'-1 mon +1 day -00:00:00.000001'",
    "'2147483647 days'",
  ],
  ivm: ['interval year to month', "'1-2'", "'-1-2'"],
  u: ['uuid', "'00000000-0000-0000-0000-000000000000'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"],
  ip: ['inet', "'0.0.0.0/0'", "'::/0'", "'::ffff:1.2.3.4/128'", "'10.1.2.3/8'"],
  ci: ['cidr', "'0.0.0.0/0'", "'::/0'", "'10.0.0.0/8'"],
  mac: ['macaddr', "'ff:ff:ff:ff:ff:ff'"],
  mac8: ['macaddr8', "'00:00:00:00:00:00:00:00'"],
  p: ['point', "'(-0,0)'", "'(NaN,Infinity)'", "'(1e308,-1e-308)'"],
  ln: ['line', "'{1,-0,NaN}'", "'{-1,0,1}'"],
  ls: ['lseg', "'[(0,-0),(Infinity,1)]'"],
  bx: ['box', "'((1,1),(-0,0))'"],
  pa: ['path', "'[(0,0),(1,1)]'", "'((0,0),(1,-0))'"],
  po: ['polygon', "'((0,0),(1,1),(2,0))'", "'((-0,NaN))'"],
  cr: ['circle', "'<(0,-0),0>'", "'<(1,1),Infinity>'"],
  j: ['json', `'{"a" : 1.0,  "a":2, "u":"\\u00e9\\ud834\\udd1e"}'`, "'null'", "'  [ ]  '", "'1e400'"],
  jb: [
    'jsonb',
    `'{"a":1.10,"b":[1e2,-0,0.00000000000000000001],"":null}'`,
    "'null'",
    `'"\\u00e9"'`,
    "('[' || repeat('9', 5000) || ']')::jsonb",
  ],
  jp: ['jsonpath', `'strict $."a b"[*] ? (@.c like_regex "^x" flag "i")'`, "'$'"],
  x: ['xml', '\'<?xml version="1.0" standalone="yes"?><a b="ü"/>\'', "'text &amp; <b/>'", "''", "'<!DOCTYPE a><a/>'"],
  tv: ['tsvector', "''", "$$'it''s':1A,2B,3C,16383 'b\\\\c':4$$"],
  tq: ['tsquery', "''", "'!(a:*AB & ''b c'') <3> d'"],
  lsn: ['pg_lsn', "'0/0'", "'FFFFFFFF/FFFFFFFF'"],
  snap: ['txid_snapshot', "'10:20:10,14,15'"],
  snap8: ['pg_snapshot', "'10:20:10,14,15'"],
  x4: ['xid', "'4294967295'"],
  x8: ['xid8', "'18446744073709551615'"],
  c4: ['cid', "'4294967295'"],
  o: ['oid', '0', '4294967295'],
  ov: ['oidvector', "'1 2 4294967295'", "''"],
  iv2: ['int2vector', "'-1 2'"],
  rf: ['refcursor', "'portal'"],
  tdi: ['tid', "'(4294967295,65535)'"],
  acl: ['aclitem', "makeaclitem(10, 10, 'SELECT', true)"],
  rc: ['regclass', "'values_of_every_type'", "'-'", "'4294967295'"],
  rt: ['regtype', "'integer[]'", "'mood'"],
  rp: ['regprocedure', "'now()'", "'twice(integer)'"],
  rn: ['regnamespace', "'public'"],
  rcf: ['regconfig', "'english'"],
  rds: ['regdictionary', "'simple'"],
  rco: ['regcollation', '\'"C"\''],
  roa: ['regoperator', "'+(integer,integer)'"],
  r4: ['int4range', "'empty'", "'(,)'", "'[1,)'", "'(,5)'"],
  r8: ['int8range', "'[-9223372036854775808,9223372036854775807)'"],
  rnm: ['numrange', "'[1.0,1.00]'", "'(NaN,]'"],
  rd: ['daterange', "'[-infinity,infinity]'", "'[2024-02-29,2024-02-29]'"],
  rts: ['tstzrange', "'[2024-01-01 00:00:00+00,infinity)'", "'[,infinity]'"],
  mr: ['int4multirange', "'{}'", "'{(,1),[3,5),[9,)}'"],
  mrn: ['nummultirange', "'{[1.0,2.00),(3,)}'"],
  mrt: ['tstzmultirange', "'{[2024-01-01,2024-02-01),[2025-01-01,)}'"],
  ia: ['int[]', "'{}'", "'[-3:-1]={1,NULL,3}'", "'[2:3][0:1]={{1,2},{3,4}}'"],
  ta: ['text[]', `'{"","NULL",NULL,"a\\"b","\\\\","{}",","}'`, "'[0:0]={x}'"],
  da: ['date[]', '\'{infinity,NULL,"0044-03-15 BC"}\''],
  ba: ['bytea[]', "ARRAY['\\x00'::bytea, NULL, '']"],
  ja: ['jsonb[]', `ARRAY['{"a":1}'::jsonb, NULL]`],
  rra: ['int4range[]', "ARRAY['empty'::int4range, '[1,2)', NULL]"],
  rcx: ['regclass[]', "'{values_of_every_type,NULL}'"],
  mo: ['mood', "'sad'", "'über-happy'", "'a ''quoted'' \"one\"'"],
  moa: ['mood[]', "'[5:6]={sad,NULL}'"],
  pl: [
    'place',
    "ROW('a \"street\", (1)', NULL, ARRAY[ROW(1, 'x')::pair, NULL])",
    'ROW(NULL, NULL, NULL)',
    "ROW('', ROW(2, E'\\\\')::pair, '{}')",
  ],
  pla: ['place[]', "ARRAY[ROW('a', NULL, NULL)::place, NULL]"],
  small: ['small', '1', '9'],
  tiny: ['tiny', '1', '4'],
  md: ['mood_domain', "'ok'"],
  mda: ['moods', "'{ok,sad}'"],
  mdd: ['some_moods', "'{ok}'"],
  dp: ['pair_domain', "ROW(5, 'five')"],
  rm: ['mood_range', "'[sad,happy]'", "'empty'", "'(,)'"],
  rmm: ['mood_multirange', "'{[sad,ok),[happy,]}'"],
  rpr: ['text_range', '\'[a,"b,)"]\''],
  dr: ['range_domain', "'[1,2)'"],
  vt: ['values_row', "ROW(1, 'x')"],
  hs: ['hstore', "''", `'"a\\"b"=>"NULL", c=>NULL, d=>""'`],
  ct: ['citext', "'CaSe'"],
  cu: ['cube', "'(1,2),(0.1,-0)'"],
  lt: ['ltree', "'a.b.c'"],
} as const satisfies Record<string, readonly [type: string, ...values: string[]]>;

/** Row by row one value after the other; NULL, where the type allows it, for types that have fewer. */
const rows = Array.from({ length: Math.max(...Object.values(columns).map((each) => each.length - 1)) }, (_, at) => {
  const value = ([type, ...values]: readonly string[]) => {
    const given = values[at] ?? (type === 'small' || type === 'tiny' ? '2' : 'NULL');
    return `(${given})::${type}`;
  };
  return `INSERT INTO values_of_every_type VALUES (${at}, ${Object.values(columns).map(value).join(', ')})`;
});

/** Values at the ends of their types and in the shapes that text formats trip over. */
export const values: Theme = {
  statements: [
    `CREATE EXTENSION hstore; CREATE EXTENSION citext; CREATE EXTENSION cube; CREATE EXTENSION ltree;
     CREATE TYPE mood AS ENUM ('ok', 'happy', 'a ''quoted'' "one"');
     CREATE TYPE pair AS (n int, t text);
     CREATE TYPE place AS (street text, other pair, more pair[], gone int);
     ALTER TYPE place DROP ATTRIBUTE gone;
     CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql IMMUTABLE RETURN $1 * 2;
     CREATE TABLE values_row (n int, t text)`,
    `ALTER TYPE mood ADD VALUE 'sad' BEFORE 'ok'`,
    `ALTER TYPE mood ADD VALUE 'über-happy' AFTER 'happy'`,
    `CREATE DOMAIN small AS numeric(3, 0) DEFAULT 7 NOT NULL CHECK (VALUE > 0);
     CREATE DOMAIN tiny AS small CONSTRAINT "less than 5" CHECK (VALUE < 5);
     CREATE DOMAIN mood_domain AS mood CHECK (VALUE <> 'sad');
     CREATE DOMAIN moods AS mood[] CHECK (cardinality(VALUE) < 4);
     CREATE DOMAIN some_moods AS moods CHECK (cardinality(VALUE) > 0);
     CREATE DOMAIN pair_domain AS pair CHECK ((VALUE).n > 0);
     CREATE DOMAIN range_domain AS int4range CHECK (NOT isempty(VALUE));
     ALTER DOMAIN range_domain ADD CONSTRAINT finite CHECK (NOT upper_inf(VALUE)) NOT VALID;
     CREATE TYPE mood_range AS RANGE (subtype = mood);
     CREATE TYPE text_range AS RANGE (subtype = text, collation = "C", multirange_type_name = text_ranges)`,
    `CREATE TABLE values_of_every_type (place_in_list int PRIMARY KEY, ${Object.entries(columns)
      .map(([name, [type]]) => `"${name}" ${type}`)
      .join(', ')})`,
    ...rows,
    `CREATE TABLE big_values (id int PRIMARY KEY, t text, by bytea);
     ALTER TABLE big_values ALTER t SET STORAGE EXTERNAL, ALTER by SET STORAGE EXTENDED;
     INSERT INTO big_values VALUES (1, repeat('ä€', 5000000), decode(repeat('00ff', 6000000), 'hex')), (2, '', '')`,
  ],
  questions: [
    'SELECT values_of_every_type::text FROM values_of_every_type ORDER BY 1',
    'SELECT enumtypid::regtype::text, enumlabel FROM pg_enum ORDER BY 1, enumsortorder',
    'SELECT id, md5(t), length(t), md5(by), length(by) FROM big_values ORDER BY 1',
  ],
};
