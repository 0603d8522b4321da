/** The state of the form for a new training. */
import { useQuery } from '@tanstack/vue-query'
import { computed, ref, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import type { EngineName, Family } from '../../../contract/index.ts'
import { api } from '../../app/client.ts'
import {
  changedFields,
  configOf,
  invalidFields,
  presetOf,
  valuesOfPreset,
  type Draft,
  type Invalid,
  type PresetName,
  type Value,
} from './form-model.ts'

export interface TrainingFormState {
  readonly families: Ref<readonly Family[] | undefined>
  readonly familiesError: Ref<unknown>
  readonly retryFamilies: () => void
  readonly family: ComputedRef<Family | null>
  readonly draft: Ref<Draft>
  /** The preset that was chosen last; changes are marked against it. */
  readonly base: Ref<PresetName>
  /** The preset that the values are now; null after a change. */
  readonly preset: ComputedRef<PresetName | null>
  readonly changed: ComputedRef<ReadonlySet<string>>
  readonly invalid: ComputedRef<ReadonlyMap<string, Invalid>>
  readonly config: ComputedRef<ReturnType<typeof configOf>>
  readonly engine: Ref<EngineName>
  /** Words of the core about a field. */
  readonly refused: Ref<Readonly<Record<string, string>>>
  chooseFamily(name: string): void
  choosePreset(preset: PresetName): void
  set(name: string, value: Value | null): void
  reset(name: string): void
}

export function useTrainingForm(): TrainingFormState {
  const { data: families, error: familiesError, refetch } = useQuery(api.training.families.queryOptions())
  const familyName = ref<string | null>(null)
  const family = computed(
    () => families.value?.find(({ name }) => name === familyName.value) ?? families.value?.[0] ?? null,
  )
  const base = ref<PresetName>('balanced')
  const draft = shallowRef<Draft>({})
  const refused = ref<Readonly<Record<string, string>>>({})

  function choosePreset(preset: PresetName): void {
    base.value = preset
    refused.value = {}
    if (family.value) draft.value = valuesOfPreset(family.value, preset)
  }
  watch(
    () => family.value?.name,
    () => choosePreset(base.value),
    { immediate: true },
  )

  function set(name: string, value: Value | null): void {
    draft.value = { ...draft.value, [name]: value }
    const { [name]: _answered, ...others } = refused.value
    void _answered
    refused.value = others
  }

  return {
    families,
    familiesError,
    retryFamilies: () => void refetch(),
    family,
    draft,
    base,
    preset: computed(() => (family.value ? presetOf(family.value, draft.value) : null)),
    changed: computed(() =>
      family.value ? changedFields(family.value, base.value, draft.value) : new Set<string>(),
    ),
    invalid: computed(() =>
      family.value ? invalidFields(family.value, draft.value) : new Map<string, Invalid>(),
    ),
    config: computed(() => (family.value ? configOf(family.value, draft.value) : {})),
    engine: ref<EngineName>('auto'),
    refused,
    chooseFamily: (name) => (familyName.value = name),
    choosePreset,
    set,
    reset(name) {
      if (family.value) set(name, valuesOfPreset(family.value, base.value)[name] ?? null)
    },
  }
}
