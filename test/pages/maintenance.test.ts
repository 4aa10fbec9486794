import { maintenancePage } from '../../lib/pages/maintenance.ts';

describe('the maintenance page', () => {
  test('says what happens, and is asked again by whoever waits', () => {
    expect(maintenancePage('Retool')).toContain('<h1>Retool is moving</h1>');
    expect(maintenancePage('Retool')).toContain('<meta http-equiv="refresh" content="30">');
  });

  test('fits into a fixed response of a load balancer, whatever the name', () => {
    for (const application of ['Retool', '<'.repeat(500), 'é'.repeat(500)]) {
      const body = maintenancePage(application);
      expect(Buffer.byteLength(body)).toBeLessThanOrEqual(1024);
      expect(body).not.toContain('<<');
    }
  });

  test('loads nothing', () => {
    expect(maintenancePage('Retool')).not.toMatch(/<script|<img|stylesheet|https?:/);
  });
});
