import { html, trusted, visible } from '../../lib/pages/html.ts';

describe('the HTML template tag', () => {
  test('escapes everything that is put in, in texts and in quoted attributes', () => {
    expect(html`<p title="${`" onclick='x'`}">${'<script>&'}</p>`.text).toBe(
      '<p title="&quot; onclick=&#39;x&#39;">&lt;script&gt;&amp;</p>',
    );
  });

  test('keeps HTML that it made itself, also in lists, and leaves out what is absent', () => {
    const items = ['a', '<b>'].map((item) => html`<li>${item}</li>`);
    expect(html`<ul>${items}</ul>${null}${undefined}${false}${0}`.text).toBe('<ul><li>a</li><li>&lt;b&gt;</li></ul>0');
  });

  test('takes nothing for HTML that only looks like it', () => {
    const impostor = { text: '<script>', toString: () => '<script>' } as unknown as string;
    expect(html`${impostor}`.text).toBe('&lt;script&gt;');
  });

  test('a constant is trusted only when it is said so', () => {
    expect(html`<style>${trusted('a>b{}')}</style>`.text).toBe('<style>a>b{}</style>');
  });

  test('shows characters that hide or reorder text, but keeps lines', () => {
    expect(visible('a\u202eb\u200bc\u001b[31md\ne\tf')).toBe('a\ufffdb\ufffdc\ufffd[31md\ne\tf');
    expect(html`${'evil\u202etxt.exe'}`.text).toBe('evil\ufffdtxt.exe');
  });
});
