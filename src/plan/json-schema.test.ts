import { expect, test } from 'vitest';
import { planJsonSchema } from './json-schema.ts';
import { sectionSchemas } from './shape/sections.ts';

test('the JSON Schema knows every section and refuses others', () => {
  const schema = planJsonSchema() as {
    properties: Record<string, unknown>;
    required: string[];
    additionalProperties: boolean;
  };
  expect(Object.keys(schema.properties)).toEqual(Object.keys(sectionSchemas));
  expect(schema.required).toEqual(['plan']);
  expect(schema.additionalProperties).toBe(false);
  expect(schema.properties['signals']).toMatchObject({ description: expect.stringContaining('share(requests') });
});
