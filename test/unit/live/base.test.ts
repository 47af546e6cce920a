// Rings, limiters and series: what keeps watching bounded in memory and in time.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Limiter } from '../../../server/src/base/limiter.ts';
import { Ring } from '../../../server/src/base/ring.ts';
import { Series, sharedShare } from '../../../server/src/live/series.ts';

describe('ring', () => {
  it('keeps the newest entries in order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.array(fc.integer()), (capacity, items) => {
        const ring = new Ring<number>(capacity);
        for (const item of items) ring.push(item);
        assert.deepEqual(ring.toArray(), items.slice(-capacity));
        assert.equal(ring.at(-1), items.at(-1));
        assert.equal(ring.at(0), items.slice(-capacity)[0]);
        assert.equal(ring.at(ring.length), undefined);
      }),
    );
  });

  it('refuses to hold nothing', () => assert.throws(() => new Ring(0), RangeError));
});

describe('limiter', () => {
  it('never lets more be spent than the share and one burst pay for', () => {
    const work = fc.array(fc.record({ wait: fc.nat(2000), ms: fc.integer({ min: 1, max: 20 }) }), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(work, (steps) => {
        const limiter = new Limiter(0.01, 0, { burst: 40 });
        let now = 0;
        let spent = 0;
        for (const { wait, ms } of steps) {
          now += wait;
          if (!limiter.allows(ms, now)) continue;
          limiter.spend(ms, now);
          spent += ms;
        }
        assert.ok(spent <= 40 + now * 0.01 + 1e-6);
      }),
    );
  });

  it('makes up for work that had to be done by waiting', () => {
    const limiter = new Limiter(0.01, 0, { burst: 40 });
    limiter.spend(140, 0);
    assert.equal(limiter.allows(1, 9_000), false);
    assert.equal(limiter.allows(1, 10_200), true);
  });

  it('lets work dearer than a burst through when the purse is full', () => {
    const limiter = new Limiter(0.01, 0, { burst: 40 });
    assert.equal(limiter.allows(500, 0), true);
  });

  it('reports what was used over its window', () => {
    const limiter = new Limiter(0.01, 0, { window: 10_000 });
    for (let second = 1; second <= 20; second++) limiter.spend(5, second * 1000);
    assert.ok(Math.abs(limiter.used(20_000) - 0.005) < 0.0006);
    assert.equal(limiter.used(60_000), 0);
  });
});

describe('series', () => {
  it('stays bounded, in order, and reaches from the first point to the last', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 2000 }), (gaps) => {
        const series = new Series(32);
        let time = 0;
        const times = gaps.map((gap) => (time += gap));
        for (const at of times) series.push([at, at, 0, 0, 0]);
        const points = series.toArray();
        assert.ok(points.length <= 33);
        assert.equal(points[0]?.[0], times[0]);
        assert.equal(points.at(-1)?.[0], times.at(-1));
        for (let i = 1; i < points.length; i++) assert.ok((points[i - 1]?.[0] ?? 0) <= (points[i]?.[0] ?? 0));
      }),
    );
  });

  it('ignores a point from the past', () => {
    const series = new Series();
    series.push([10, 1, 1, 1, 0]);
    series.push([5, 2, 2, 2, 0]);
    assert.equal(series.length, 1);
  });

  it('share of a point that others map too', () => {
    assert.equal(sharedShare([0, 100, 50, 20, 80]), 0.8);
    assert.equal(sharedShare([0, 0, 0, 0, 0]), 0);
  });
});
