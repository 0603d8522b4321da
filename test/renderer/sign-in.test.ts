import assert from 'node:assert/strict'
import { test } from 'node:test'
import { passwordProblems, problemOf, safeNext } from '../../src/renderer/pages/sign-in/answers.ts'

test('each refusal of the station has words of its own', () => {
  assert.deepEqual([401, 409, 410, 422, 429, 400, 500].map(problemOf), [
    'wrongPassword',
    'nameTaken',
    'linkSpent',
    'passwordTooShort',
    'tooManyTries',
    'refused',
    'refused',
  ])
})

test('after signing in one goes on to a page of ours, and nowhere else', () => {
  assert.equal(safeNext('/project/abc/history?lot=1'), '/project/abc/history?lot=1')
  for (const next of [
    undefined,
    ['/a'],
    '',
    'https://elsewhere.example',
    '//elsewhere.example',
    '/\\elsewhere.example',
    '/sign-in?next=/sign-in',
    '/setup?token=x',
  ])
    assert.equal(safeNext(next), '/projects')
})

test('a new password is long enough and typed the same twice', () => {
  assert.deepEqual(passwordProblems('correct horse', 'correct horse', 10), [])
  assert.deepEqual(passwordProblems('short', 'short', 10), ['short'])
  assert.deepEqual(passwordProblems('correct horse', 'correct house', 10), ['different'])
  // Ten characters, not ten UTF-16 units.
  assert.deepEqual(passwordProblems('𠮷𠮷𠮷𠮷𠮷', '𠮷𠮷𠮷𠮷𠮷', 10), ['short'])
})
