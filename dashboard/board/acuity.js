// What the tiles are ordered, filtered and counted by. Pure: a tile and the time in, a verdict out.

// Where no schedule is known, a value is judged by the longest interval of the ward's policy.
const LONGEST_INTERVAL_S = 4 * 3600

export function intervalOf(tile) {
  return tile.next_set?.interval_s ?? LONGEST_INTERVAL_S
}

// A value is old once the next set is overdue, and no longer valid after two whole intervals.
export function freshness(tile, taken_s, now_s) {
  const aged_s = now_s - taken_s
  const interval_s = intervalOf(tile)
  if (aged_s > 2 * interval_s) return "expired"
  const grace_s = tile.next_set ? tile.next_set.overdue_s - tile.next_set.due_s : 0
  return aged_s > interval_s + grace_s ? "old" : "fresh"
}

export function gradeFreshness(tile, now_s) {
  const last_s = tile.next_set ? tile.next_set.due_s - tile.next_set.interval_s : tile.crs.judged_s
  return freshness(tile, last_s, now_s)
}

// Whether Stormwatch itself failed on this patient: the grade shown is then that of an earlier look.
export function isNotJudged(tile) {
  return tile.alerts.some(alert => alert.problem === "not_judged" && alert.condition === "active")
}

// The grade as a number for order and counts; null when it is not known now.
export function gradeNow(tile, now_s) {
  if (tile.crs === null || tile.crs.grade === null || isNotJudged(tile)) return null
  return gradeFreshness(tile, now_s) === "expired" ? null : tile.crs.grade
}

// The grade that was known before it could no longer be judged: not known now, and not forgotten.
function gradeBefore(tile) {
  return isNotJudged(tile) ? Math.max(tile.crs?.grade ?? 0, icansNow(tile)) : 0
}

// Neurotoxicity that is known; what is not known of it never ranks above what is.
export function icansNow(tile) {
  return tile.icans?.grade ?? 0
}

const PRIORITIES = { high: 3, medium: 2, low: 1, technical: 0 }

export function urgency(alert) {
  return PRIORITIES[alert.priority] ?? 0
}

// Unowned first, then by priority; within these the order of monitoring/clinical/alert_order.py,
// in which the alerts come, stays as it is.
export function byUrgency(one, other) {
  return (
    Number(one.owner !== null || one.snoozed) - Number(other.owner !== null || other.snoozed) ||
    urgency(other) - urgency(one)
  )
}

export function isUnowned(alert) {
  return alert.owner === null && !alert.snoozed && alert.priority !== "technical"
}

export function unowned(tile) {
  return tile.alerts.filter(isUnowned)
}

export function topAlert(tile) {
  return [...tile.alerts].sort(byUrgency)
}

export function overdueSince(tile, now_s) {
  return tile.next_set !== null && now_s > tile.next_set.overdue_s ? now_s - tile.next_set.due_s : null
}

export function iceOverdueSince(tile, now_s) {
  return tile.next_ice && now_s > tile.next_ice.overdue_s ? now_s - tile.next_ice.due_s : null
}

const LOWER_BOUNDS = ["at_least", "cannot_grade"]
const DIRECTION_RANK = { rising: 2, steady: 1, unknown: 1, falling: 0 }

function key(tile, now_s) {
  const grade = gradeNow(tile, now_s)
  const highest = Math.max(-1, ...unowned(tile).map(urgency))
  // Not known is not none: it stands above grade 1 and below a grade 2 that is certain.
  const crs = grade === null ? 1.5 : grade + (LOWER_BOUNDS.includes(tile.crs.status) ? 0.5 : 0)
  // Who is not judged stands where he stood, above those of whom the same grade is certain.
  const before = isNotJudged(tile) ? gradeBefore(tile) + 0.5 : 0
  const rank = Math.max(crs, icansNow(tile), before)
  const score = tile.news2?.total ?? tile.news2?.minimum ?? 0
  const overdue_s = overdueSince(tile, now_s) ?? -1
  return [highest === 3 ? 1 : 0, rank, DIRECTION_RANK[tile.crs?.direction] ?? 1, score, overdue_s > 0 ? 1 : 0]
}

export function byAcuity(now_s) {
  return (one, other) => {
    const [a, b] = [key(one, now_s), key(other, now_s)]
    for (let place = 0; place < a.length; place += 1) {
      if (a[place] !== b[place]) return b[place] - a[place]
    }
    return one.position - other.position
  }
}

export function byBed(one, other) {
  return one.position - other.position
}

export const FILTERS = [
  { id: "all", label: "All", holds: () => true },
  { id: "grade", label: "Grade 2 or more", holds: (tile, now_s) => Math.max(gradeNow(tile, now_s) ?? 0, icansNow(tile), gradeBefore(tile)) >= 2 },
  { id: "unowned", label: "Unowned alerts", holds: tile => unowned(tile).length > 0, count: tile => unowned(tile).length },
  // Whatever a tile calls overdue: the set or the ICE.
  { id: "overdue", label: "Overdue", holds: (tile, now_s) => (overdueSince(tile, now_s) ?? iceOverdueSince(tile, now_s)) !== null },
]

export function matches(tile, text) {
  const wanted = text.trim().toLocaleLowerCase()
  if (wanted === "") return true
  return [tile.bed, tile.name, tile.therapy].some(part => (part ?? "").toLocaleLowerCase().includes(wanted))
}
