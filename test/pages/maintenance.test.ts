import { FIXED_RESPONSE_BYTES, maintenancePage } from '../../lib/pages/maintenance.ts';
import { hashOf } from '../../lib/pages/style.ts';

describe('the maintenance page', () => {
  const answer = maintenancePage({ application: 'Retool', until: '2026-11-21T22:14:03Z' });

  test('is a 503 that is asked again and kept nowhere', () => {
    expect(answer).toMatchObject({ statusCode: 503, headers: { 'retry-after': '30', 'cache-control': 'no-store' } });
    expect(answer.body).toContain('until 2026-11-21 22:14 UTC at the latest');
  });

  test('fits into a fixed response of a load balancer, whatever the name', () => {
    for (const application of ['Retool', '<'.repeat(500), 'é'.repeat(500)]) {
      const { body } = maintenancePage({ application, until: '2026-11-21T22:14:03Z' });
      expect(Buffer.byteLength(body)).toBeLessThanOrEqual(FIXED_RESPONSE_BYTES);
      expect(body).not.toContain('<<');
    }
  });

  test('loads nothing and admits its own style', () => {
    const [, style] = /<style>(.*)<\/style>/.exec(answer.body)!;
    expect(answer.headers['content-security-policy']).toContain(hashOf(style!));
    expect(answer.body).not.toMatch(/<script|<img|<link|https?:/);
  });
});
