import fc from 'fast-check';
import { expect, test } from 'vitest';
import { layOutServices } from './map-layout.ts';

const sizes = { nodeWidth: 200, nodeHeight: 60, columnGap: 80, rowGap: 16 };

test('each service stands to the left of what it needs, and what needs nothing of anybody has no place', () => {
  const { nodes, edges, alone, width, height } = layOutServices(
    [
      { name: 'web', needs: ['api'] },
      { name: 'api', needs: ['database'] },
      { name: 'jobs', needs: ['database'] },
      { name: 'database', needs: [] },
      { name: 'mail', needs: [] },
    ],
    sizes,
  );
  expect(nodes.map(({ name, column }) => [name, column])).toEqual([
    ['web', 0],
    ['jobs', 0],
    ['api', 1],
    ['database', 2],
  ]);
  expect(alone).toEqual(['mail']);
  expect([width, height]).toEqual([760, 136]);
  // It passes the column between.
  expect(edges.find(({ from }) => from === 'jobs')?.points.map(([x]) => x)).toEqual([200, 280, 480, 560]);
});

test('no service covers another, and every need has one line from edge to edge', () => {
  const graph = fc.integer({ min: 1, max: 14 }).chain((count) =>
    fc
      .array(fc.array(fc.nat(count - 1), { maxLength: 4 }), { minLength: count, maxLength: count })
      // Only later ones are needed, so that there are no circles.
      .map((all) =>
        all.map((needs, index) => ({
          name: `s${index}`,
          needs: [...new Set(needs.filter((need) => need > index))].map((need) => `s${need}`),
        })),
      ),
  );
  fc.assert(
    fc.property(graph, (services) => {
      const { nodes, edges, alone, width, height } = layOutServices(services, sizes);
      expect([...nodes.map(({ name }) => name), ...alone].toSorted()).toEqual(
        services.map(({ name }) => name).toSorted(),
      );
      for (const [index, one] of nodes.entries()) {
        expect(one.x + sizes.nodeWidth).toBeLessThanOrEqual(width);
        expect(one.y + sizes.nodeHeight).toBeLessThanOrEqual(height + 1e-6);
        for (const other of nodes.slice(index + 1)) {
          const isApart =
            one.column !== other.column || Math.abs(one.y - other.y) >= sizes.nodeHeight + sizes.rowGap - 1e-6;
          expect(isApart).toBe(true);
        }
      }
      const at = new Map(nodes.map((node) => [node.name, node]));
      const wanted = services.flatMap(({ name, needs }) => needs.map((need) => `${name} ${need}`));
      expect(edges.map(({ from, to }) => `${from} ${to}`).toSorted()).toEqual(wanted.toSorted());
      for (const { from, to, points } of edges) {
        const [begin, end] = [at.get(from), at.get(to)];
        expect(points[0]).toEqual([(begin?.x ?? 0) + sizes.nodeWidth, (begin?.y ?? 0) + sizes.nodeHeight / 2]);
        expect(points.at(-1)).toEqual([end?.x, (end?.y ?? 0) + sizes.nodeHeight / 2]);
        for (const [index, [x]] of points.entries()) expect(x).toBeGreaterThan(points[index - 1]?.[0] ?? -1);
      }
    }),
  );
});

test('a circle has an end', () => {
  const { nodes } = layOutServices(
    [
      { name: 'a', needs: ['b'] },
      { name: 'b', needs: ['a', 'gone'] },
    ],
    sizes,
  );
  expect(nodes.map(({ name }) => name).toSorted()).toEqual(['a', 'b']);
});
