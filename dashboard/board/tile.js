// One bed's tile: made once, then patched in place.

import { freshness, gradeFreshness, iceOverdueSince, isNotJudged, isUnowned, overdueSince, topAlert } from "./acuity.js"
import { el, setAttribute, setHidden, setText } from "./dom.js"
import { createSparkline } from "./sparkline.js"
import { DIRECTIONS, age, ago, clock, device, sinceDose } from "./words.js"

// A press that nobody answered (the server went away) may be made again after this.
const ANSWERED_WITHIN_S = 8

function cell(className, label) {
  const parts = { value: el("span", "value"), extra: el("span", "extra"), note: el("span", "note") }
  const line = el("span", "line", el("span", "label", label), parts.value, parts.extra)
  const root = el("div", `cell ${className}`, line, parts.note)
  return { root, ...parts }
}

function patchCell(part, tile, reading, now_s, { text, missing, extra = "" }) {
  setText(part.extra, extra)
  if (reading === null) {
    setAttribute(part.root, "data-age", "missing")
    setText(part.value, missing)
    setText(part.note, "")
    return
  }
  const state = freshness(tile, reading.taken_s, now_s)
  const aged_s = now_s - reading.taken_s
  setAttribute(part.root, "data-age", state)
  setText(part.value, state === "expired" ? `last ${text}` : text)
  setText(part.note, state === "expired" ? ago(aged_s) : age(aged_s))
}

function whole(value) {
  return value === null ? "" : String(Math.round(value))
}

function pressureText(pressure) {
  if (pressure === null) return ""
  const diastolic = pressure.diastolic === null ? "" : `/${whole(pressure.diastolic)}`
  return `${whole(pressure.systolic)}${diastolic}`
}

function gradeWords(tile, now_s) {
  const crs = tile.crs
  if (crs === null) return { fill: "unknown", value: "?", first: "not graded", second: "yet" }
  if (isNotJudged(tile)) {
    return { fill: "unknown", value: "?", first: crs.grade === null ? "" : `was ${crs.grade}`, second: "not judged" }
  }
  const peak = crs.peak === null ? "" : `peak ${crs.peak}`
  if (crs.grade !== null && gradeFreshness(tile, now_s) === "expired") {
    return { fill: "unknown", value: "?", first: `was ${crs.grade}`, second: "data too old" }
  }
  const open = crs.status === "cannot_grade" && !crs.confirmed
  if (crs.grade === null) return { fill: "unknown", value: "?", first: open ? "cannot grade" : "unknown", second: peak }
  // What is met is certain, and counted above, also where a vasopressor may run unseen.
  const direction = open ? "cannot grade" : crs.confirmed ? "confirmed" : crs.resolving ? "resolving" : DIRECTIONS[crs.direction] ?? ""
  return {
    fill: String(crs.grade),
    value: open || crs.status === "at_least" ? `≥${crs.grade}` : String(crs.grade),
    first: direction,
    second: [peak, crs.held ? "held" : ""].filter(Boolean).join(", "),
  }
}

const ARROWS = { rising: "↑", falling: "↓", steady: "→" }

// ICE never charted and ICE too old both look unknown; a summary of an earlier version has no ICANS.
function icansWords(icans, notJudged) {
  if (notJudged) {
    const was = icans && icans.grade !== null ? `was ${icans.grade}` : ""
    return { fill: "unknown", value: "?", note: [was, "not judged"].filter(Boolean).join(", ") }
  }
  if (!icans) return { fill: "unknown", value: "?", note: "not assessed" }
  const peak = icans.peak ? `peak ${icans.peak}` : ""
  if (icans.grade === null) {
    return { fill: "unknown", value: "?", note: [icans.why, peak].filter(Boolean).join(", ") }
  }
  const word = icans.confirmed ? "confirmed" : icans.held ? "held" : ARROWS[icans.direction] ?? ""
  return {
    fill: String(icans.grade),
    value: icans.at_least && !icans.confirmed ? `≥${icans.grade}` : String(icans.grade),
    note: [word, peak].filter(Boolean).join(" "),
  }
}

function news2Words(news2, notJudged) {
  if (notJudged) return ["?", "not judged"]
  if (news2 === null) return ["?", "not scored"]
  if (!news2.applicable) return ["–", "under 16"]
  if (news2.total === null) return [`≥${news2.minimum}`, "incomplete"]
  return [String(news2.total), ""]
}

export function createTile(actions) {
  const bed = el("strong", "bed")
  const name = el("a", "name")
  const therapy = el("span", "therapy")
  const day = el("span", "day")
  const crs = { value: el("span", "crs-value"), first: el("span"), second: el("span") }
  const crsRoot = el("div", "crs", crs.value, el("span", "crs-words", el("span", "scale", "CRS"), crs.first, crs.second))
  const icans = { value: el("span", "score-value"), note: el("span", "score-note") }
  const icansRoot = el("div", "score icans", el("span", "scale", "ICANS"), icans.value, icans.note)
  const news = { value: el("span", "score-value"), note: el("span", "score-note") }
  const newsRoot = el("div", "score news", el("span", "scale", "NEWS2"), news.value, news.note)
  const temperature = cell("temperature", "T")
  const spark = createSparkline()
  const pressure = cell("pressure", "BP")
  const spo2 = cell("spo2", "SpO2")
  const heart = cell("heart", "HR")
  const breath = cell("breath", "RR")
  const alertMark = el("span", "mark", "!")
  const alertText = el("span", "alert-label")
  const alertNote = el("span", "alert-note")
  const more = el("span", "more")
  const own = el("button", "own", "I own")
  own.type = "button"
  const alertRoot = el("div", "alert", alertMark, el("span", "alert-words", alertText, alertNote), more, own)
  const others = el("p", "others")
  const due = el("span", "due")
  const ice = el("span", "due ice")
  const chart = el("a", "act", "Chart")
  const open = el("a", "act", "Open")
  const root = el(
    "article",
    "tile",
    el("header", "who", bed, name, el("span", "course", therapy, day)),
    el("div", "badges", crsRoot, icansRoot, newsRoot),
    el("div", "trend", temperature.root, spark.root, heart.root, breath.root),
    el("div", "vitals", pressure.root, spo2.root),
    el("div", "alerts", alertRoot, others),
    el("footer", "next", el("span", "dues", due, ice), chart, open),
  )
  root.setAttribute("role", "listitem")

  let tile = null
  let top = null
  let pressed_s = 0
  const go = page => event => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button > 0) return
    event.preventDefault()
    actions.go(page, tile.encounter)
  }
  name.addEventListener("click", go("patient"))
  open.addEventListener("click", go("patient"))
  chart.addEventListener("click", go("chart"))
  own.addEventListener("click", () => {
    actions.acknowledge(top.id)
    pressed_s = performance.now() / 1000
    own.disabled = true
    setText(own, "Owning")
  })

  function patchAlerts(now_s, me) {
    const [first, ...rest] = topAlert(tile)
    setHidden(alertRoot, first === undefined)
    setHidden(others, rest.length === 0)
    setAttribute(root, "data-urgent", first && isUnowned(first) && first.priority === "high" ? "" : null)
    if (first === undefined) return
    const unanswered = own.disabled && performance.now() / 1000 - pressed_s > ANSWERED_WITHIN_S
    if (top?.id !== first.id || top.owner !== first.owner || unanswered) {
      own.disabled = false
      setText(own, "I own")
    }
    top = first
    setAttribute(alertRoot, "data-priority", first.priority)
    setAttribute(alertRoot, "data-owned", isUnowned(first) ? null : "")
    setText(alertText, first.label)
    const since = first.since_s === null ? "" : age(now_s - first.since_s)
    setText(alertNote, [since, lostOrNormal(first), whose(first, me), called(first)].filter(Boolean).join(" · "))
    setHidden(own, first.owner !== null || first.priority === "technical")
    setAttribute(own, "aria-label", `I own: ${first.label}, bed ${tile.bed}`)
    setText(more, rest.length ? `+${rest.length}` : "")
    setText(others, rest.length ? `also ${rest.map(one => `${one.label} (${whose(one, me)})`).join(", ")}` : "")
  }

  return {
    root,
    get tile() {
      return tile
    },
    patch(next) {
      if (tile === next) return
      tile = next
      setText(bed, tile.bed)
      setText(name, tile.name)
      setText(therapy, tile.therapy ?? "no immunotherapy")
      for (const [link, page] of [[name, "patient"], [open, "patient"], [chart, "chart"]]) {
        setAttribute(link, "href", `/${page}?encounter=${encodeURIComponent(tile.encounter)}`)
      }
      setAttribute(open, "aria-label", `Open bed ${tile.bed}`)
      setAttribute(chart, "aria-label", `Chart bed ${tile.bed}`)
      setAttribute(root, "data-encounter", tile.encounter)
    },
    age(now_s, zone, me) {
      setText(day, tile.therapy === null ? "" : sinceDose(tile.infused_s, now_s, zone))
      const grade = gradeWords(tile, now_s)
      setAttribute(root, "data-grade", grade.fill)
      setText(crs.value, grade.value)
      setText(crs.first, grade.first)
      setText(crs.second, grade.second)
      const neuro = icansWords(tile.icans, isNotJudged(tile))
      setAttribute(icansRoot, "data-icans", neuro.fill)
      setText(icans.value, neuro.value)
      setText(icans.note, neuro.note)
      const [score, note] = news2Words(tile.news2, isNotJudged(tile))
      setText(news.value, score)
      setText(news.note, note)
      patchCell(temperature, tile, tile.temperature, now_s, {
        text: tile.temperature === null ? "" : `${tile.temperature.value.toFixed(1)} °C`,
        missing: "no temperature yet",
      })
      spark.patch(tile.sparkline, now_s)
      patchCell(pressure, tile, tile.pressure, now_s, {
        text: pressureText(tile.pressure),
        missing: "no BP yet",
        extra: tile.pressure === null || tile.pressure.mean === null ? "" : `(${whole(tile.pressure.mean)})`,
      })
      const [short, long] = device(tile.oxygen)
      setAttribute(spo2.root, "title", long)
      patchCell(spo2, tile, tile.spo2, now_s, {
        text: tile.spo2 === null ? "" : `${whole(tile.spo2.value)} %`,
        missing: "no SpO2 yet",
        extra: short,
      })
      patchCell(heart, tile, tile.heart_rate, now_s, { text: whole(tile.heart_rate?.value ?? null), missing: "no HR yet" })
      patchCell(breath, tile, tile.respiratory_rate, now_s, {
        text: whole(tile.respiratory_rate?.value ?? null),
        missing: "no RR yet",
      })
      patchAlerts(now_s, me)
      const late_s = overdueSince(tile, now_s)
      setAttribute(due, "data-overdue", late_s === null ? null : "")
      setText(due, dueWords(tile, now_s, zone, late_s))
      setText(ice, iceWords(tile, now_s, zone))
      setAttribute(ice, "data-overdue", iceOverdueSince(tile, now_s) === null ? null : "")
    },
  }
}

function whose(alert, me) {
  if (alert.snoozed) return "snoozed"
  if (alert.owner !== null) return alert.owner === me ? "you" : alert.owner
  return alert.priority === "technical" ? "technical" : "unowned"
}

function called(alert) {
  return alert.escalated_to ? `escalated to ${alert.escalated_to.replaceAll("_", " ")}` : ""
}

function lostOrNormal(alert) {
  if (alert.condition === "no_data") return "no new data"
  return alert.condition === "normal" ? "back to normal" : ""
}

function dueWords(tile, now_s, zone, late_s) {
  if (tile.next_set === null) return "no set charted yet"
  if (late_s !== null) return `Overdue ${age(late_s)}`
  const in_s = tile.next_set.due_s - now_s
  const when = clock(tile.next_set.due_s, zone)
  return in_s <= 0 ? `Set due ${when}, now` : `Next set ${when}, in ${age(in_s) === "now" ? "1 min" : age(in_s)}`
}

// Beside the set: ICE once it is due, before that only when it comes before the next set.
function iceWords(tile, now_s, zone) {
  const ice = tile.next_ice
  if (!ice) return ""
  const late_s = iceOverdueSince(tile, now_s)
  if (late_s !== null) return `ICE overdue ${age(late_s)}`
  if (now_s >= ice.due_s) return "ICE now"
  return tile.next_set !== null && ice.due_s <= tile.next_set.due_s ? `ICE ${clock(ice.due_s, zone)}` : ""
}
