/** What every engine must do; run for each of them. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { Engine } from '../../../../src/main/nn/engines/engine.ts'
import { gradients } from '../../../../src/main/nn/gradients.ts'
import { Graph, GraphError } from '../../../../src/main/nn/graph.ts'
import { add, multiply } from '../../../../src/main/nn/operations/elementwise.ts'
import { reshape } from '../../../../src/main/nn/operations/layout.ts'
import { matmul } from '../../../../src/main/nn/operations/linear.ts'
import { sum } from '../../../../src/main/nn/operations/reduction.ts'
import { nameOf } from '../../../../src/main/nn/program.ts'
import { cases, draw } from '../cases.ts'
import { assertClose } from '../compare.ts'
import { drawCritic } from '../critic.ts'
import { exactCases } from '../exactCases.ts'
import { evaluate } from '../reference.ts'

export interface ContractOptions {
  readonly open: () => Promise<Engine>
  /** Of values and gradients, relative to the largest magnitude of each. */
  readonly tolerance: number
}

export function describeEngine(name: string, { open, tolerance }: ContractOptions): void {
  describe(name, () => {
    let engine: Engine
    before(async () => {
      engine = await open()
    })

    describe('values and gradients agree with the reference', () => {
      for (const operation of cases)
        test(operation.name, async () => {
          const { inputs, values, result, gradients } = draw(operation)
          const given = new Map(inputs.map((input, index) => [input, Float64Array.from(values[index])]))
          const expected = evaluate([result, ...gradients], given)
          const executable = await engine.compile({
            inputs: Object.fromEntries(inputs.map((input, index) => [`x${index}`, input])),
            outputs: Object.fromEntries([result, ...gradients].map((node, index) => [`y${index}`, node])),
            states: [],
          })
          const outputs = await executable.run(
            Object.fromEntries(values.map((value, index) => [`x${index}`, value])),
          )
          await executable.release()
          expected.forEach((value, index) =>
            assertClose(
              outputs[`y${index}`],
              value,
              tolerance,
              index ? `gradient by input ${index - 1}` : 'value',
            ),
          )
        })
    })

    test('a gradient penalty and its gradients agree with the reference', async () => {
      const { images, parameters, slope, penalty, given } = drawCritic()
      const wanted = [penalty, slope, ...gradients(penalty, parameters)]
      const nodes = [images, ...parameters]
      const executable = await engine.compile({
        inputs: Object.fromEntries(nodes.map((node) => [nameOf(node), node])),
        outputs: Object.fromEntries(wanted.map((node, index) => [`y${index}`, node])),
        states: [],
      })
      const outputs = await executable.run(
        Object.fromEntries(nodes.map((node) => [nameOf(node), Float32Array.from(given.get(node) ?? [])])),
      )
      await executable.release()
      evaluate(wanted, given).forEach((value, index) =>
        assertClose(outputs[`y${index}`], value, 2 * tolerance, `output ${index}`),
      )
    })

    describe('exact values', () => {
      for (const { name: title, build, expected } of exactCases)
        test(title, async () => {
          const graph = new Graph()
          const x = graph.input('x', [])
          const executable = await engine.compile({ inputs: { x }, outputs: { y: build(x) }, states: [] })
          for (const [value, y] of expected) {
            const outputs = await executable.run({ x: Float32Array.of(value) })
            assert.equal(outputs.y[0] + 0, y, `at ${value}`)
          }
          await executable.release()
        })
    })

    describe('state', () => {
      const counter = async () => {
        const graph = new Graph()
        const step = graph.input('step', [2])
        const count = graph.state('count', [2])
        const fixed = graph.state('fixed', [2])
        const next = add(count, multiply(step, fixed))
        return engine.compile({
          inputs: { step },
          outputs: { before: count, after: next },
          states: [
            { node: count, initial: Float32Array.of(1, 2), next },
            { node: fixed, initial: Float32Array.of(10, 100) },
          ],
        })
      }
      const steps = (a: number, b: number) => ({ step: Float32Array.of(a, b) })

      test('moves on with each run; outputs see it as it was before', async () => {
        const executable = await counter()
        assert.deepEqual(await executable.run(steps(1, 1)), {
          before: Float32Array.of(1, 2),
          after: Float32Array.of(11, 102),
        })
        assert.deepEqual((await executable.run(steps(1, 2))).after, Float32Array.of(21, 302))
        assert.deepEqual(await executable.readState(), {
          count: Float32Array.of(21, 302),
          fixed: Float32Array.of(10, 100),
        })
        await executable.release()
      })

      test('is read and replaced by name', async () => {
        const executable = await counter()
        await executable.run(steps(1, 1))
        await executable.writeState({ count: Float32Array.of(5, 6), fixed: Float32Array.of(1, 1) })
        assert.deepEqual(await executable.readState(['count']), { count: Float32Array.of(5, 6) })
        assert.deepEqual((await executable.run(steps(1, 1))).after, Float32Array.of(6, 7))
        assert.deepEqual(await executable.readState(['fixed']), { fixed: Float32Array.of(1, 1) })
        await executable.release()
      })

      test('belongs to the executable: arrays given or got are copies', async () => {
        const executable = await counter()
        const given = Float32Array.of(7, 8)
        await executable.writeState({ count: given })
        given.fill(0)
        const got = await executable.readState(['count'])
        got.count.fill(0)
        const output = await executable.run(steps(0, 0))
        output.after.fill(0)
        assert.deepEqual(await executable.readState(['count']), { count: Float32Array.of(7, 8) })
        await executable.release()
      })

      test('two executables of one program keep their own', async () => {
        const [first, second] = [await counter(), await counter()]
        await first.run(steps(1, 1))
        assert.deepEqual(await second.readState(['count']), { count: Float32Array.of(1, 2) })
        await first.release()
        assert.deepEqual((await second.run(steps(1, 1))).after, Float32Array.of(11, 102))
        await second.release()
      })

      test('two states may trade places', async () => {
        const graph = new Graph()
        const a = graph.state('a', [2])
        const b = graph.state('b', [2])
        const executable = await engine.compile({
          inputs: {},
          outputs: { a },
          states: [
            { node: a, initial: Float32Array.of(1, 2), next: b },
            { node: b, initial: Float32Array.of(3, 4), next: a },
          ],
        })
        await executable.run({})
        await executable.run({})
        await executable.run({})
        assert.deepEqual(await executable.readState(), {
          a: Float32Array.of(3, 4),
          b: Float32Array.of(1, 2),
        })
        await executable.release()
      })

      test('an input may become a state, and one value several outputs and a state', async () => {
        const graph = new Graph()
        const x = graph.input('x', [2])
        const last = graph.state('last', [2])
        const best = graph.state('best', [1, 2])
        const twice = multiply(x, 2)
        const executable = await engine.compile({
          inputs: { x },
          outputs: { one: twice, two: twice, given: x },
          states: [
            { node: last, initial: new Float32Array(2), next: x },
            { node: best, initial: new Float32Array(2), next: reshape(twice, [1, 2]) },
          ],
        })
        const batch = Float32Array.of(1, 2)
        const outputs = await executable.run({ x: batch })
        assert.deepEqual(outputs, {
          one: Float32Array.of(2, 4),
          two: Float32Array.of(2, 4),
          given: Float32Array.of(1, 2),
        })
        batch.fill(9)
        outputs.given.fill(9)
        assert.deepEqual(await executable.readState(), {
          last: Float32Array.of(1, 2),
          best: Float32Array.of(2, 4),
        })
        await executable.release()
      })
    })

    test('mistakes are refused by name', async () => {
      const graph = new Graph()
      const x = graph.input('x', [2, 2])
      const stray = graph.state('stray', [])
      await assert.rejects(
        async () => engine.compile({ inputs: { x }, outputs: { y: add(x, stray) }, states: [] }),
        GraphError,
      )
      const executable = await engine.compile({ inputs: { x }, outputs: { y: matmul(x, x) }, states: [] })
      await assert.rejects(executable.run({}), /'x'/)
      await assert.rejects(executable.run({ x: new Float32Array(3) }), /'x'.*3 values/)
      await assert.rejects(executable.readState(['nothing']), /'nothing'/)
      // A refused run leaves the executable usable.
      assert.deepEqual(await executable.run({ x: Float32Array.of(1, 1, 0, 1) }), {
        y: Float32Array.of(1, 2, 0, 1),
      })
      await executable.release()
    })

    test('a constant alone is an output', async () => {
      const graph = new Graph()
      const x = graph.input('x', [2])
      const executable = await engine.compile({
        inputs: { x },
        outputs: { y: graph.constant([1, 2, 3], [3]), z: sum(x) },
        states: [],
      })
      assert.deepEqual(await executable.run({ x: Float32Array.of(1, 2) }), {
        y: Float32Array.of(1, 2, 3),
        z: Float32Array.of(3),
      })
      await executable.release()
    })
  })
}
