// The ward board. Mounted once; every later call patches what changed. Three elements share this
// module: the board (the ward's data, the same for all viewers), the viewer (who looks, once a
// page) and the pulse (proof of life, a few hundred bytes every tick).

import { FILTERS, byAcuity, byBed, gradeNow, isUnowned, matches, urgency } from "./acuity.js"
import { arrange, el, setAttribute, setHidden, setText } from "./dom.js"
import { listen } from "./live.js"
import { chooseTheme, currentTheme } from "./theme.js"
import { createTile } from "./tile.js"
import { fit, release } from "./wall.js"
import { ago, clock, clockWithSeconds } from "./words.js"

// Must be what board.css waits before it draws the veil.
const VEIL_AFTER_S = 9
// Two requests for the board's data are at least this far apart, however fast the ward changes.
const ASK_EVERY_MS = 700
// After a touch or a move of the pointer tiles stay where they are: nobody presses the wrong one.
const STILL_FOR_MS = 2500
const ORDERS = { acuity: "By acuity", bed: "By bed" }

// A tile before anything was charted.
const NOTHING_YET = {
  crs: null,
  icans: null,
  news2: null,
  temperature: null,
  pressure: null,
  spo2: null,
  oxygen: null,
  heart_rate: null,
  respiratory_rate: null,
  sparkline: null,
  next_set: null,
  next_ice: null,
}

const boards = new WeakMap()
let viewer = null
let lastPulse = null
let pulsed = () => {}

export function mountBoard(component) {
  const parent = component.parentElement
  if (!boards.has(parent)) boards.set(parent, createBoard(parent))
  const board = boards.get(parent)
  board.update(component)
  return () => {
    board.destroy()
    boards.delete(parent)
  }
}

export function mountPulse(component) {
  const at = { performance_ms: performance.now(), wall_ms: Date.now() }
  lastPulse = { ...component.data, at }
  pulsed()
  return () => {}
}

export function mountViewer(component) {
  viewer = component.data
  return () => {}
}

// The server's time, carried on by this computer's clocks. The monotonic one may stand still while
// the computer sleeps and the other may be set: the one that says more time has passed is believed.
function serverNow() {
  const passed_ms = Math.max(performance.now() - lastPulse.at.performance_ms, Date.now() - lastPulse.at.wall_ms)
  return (lastPulse.now_ms + passed_ms) / 1000
}

// The rest of the address stays: which ward it is.
function goToWall(on) {
  const asked = new URLSearchParams(location.search)
  if (on) asked.set("kiosk", "1")
  else asked.delete("kiosk")
  location.assign(asked.size > 0 ? `/?${asked}` : "/")
}

function createBoard(parent) {
  const find = selector => parent.querySelector(selector)
  const root = find(".board")
  const grid = find(".grid")
  const stored = name => localStorage.getItem(`stormwatch-${name}`)
  const choice = { order: stored("order") in ORDERS ? stored("order") : "acuity", filter: "all", text: "" }
  const tiles = new Map()
  const known = new Set()
  let firstData = true
  let data = null
  let component = null
  let stopListening = null
  let asked = { version: -1, liveness: "", at_ms: 0 }
  let askLater = null
  let moved_ms = -STILL_FOR_MS
  let arranged = ""

  const actions = {
    // Up to which moment the board told of everything: nothing later is taken with it.
    acknowledge: id => act({ kind: "acknowledge", thread: id, seen_s: data.changed_s + 1 }),
    go: (page, encounter) => act({ kind: "go", page, encounter }),
  }

  function act(what) {
    component.setTriggerValue("act", { ...what, key: crypto.randomUUID() })
  }

  const buttons = {
    filters: FILTERS.map(filter => {
      const count = el("b")
      const button = el("button", "chip", filter.label, " ", count)
      button.type = "button"
      button.addEventListener("click", () => choose({ filter: choice.filter === filter.id ? "all" : filter.id }))
      find(".filters").append(button)
      return { ...filter, button, counted: count }
    }),
    orders: Object.entries(ORDERS).map(([id, label]) => {
      const button = el("button", "chip", label)
      button.type = "button"
      button.addEventListener("click", () => choose({ order: id }))
      find(".sorts").append(button)
      return { id, button }
    }),
    grades: ["4", "3", "2", "1", "0", "unknown"].map(grade => {
      const count = el("b")
      const label = grade === "unknown" ? "not known" : `Grade ${grade}`
      const item = el("li", "tally", el("span", "", label), count)
      item.dataset.grade = grade
      find(".grades").append(item)
      return { grade, item, counted: count }
    }),
  }

  function choose(change) {
    Object.assign(choice, change)
    localStorage.setItem("stormwatch-order", choice.order)
    moved_ms = -STILL_FOR_MS
    draw()
  }

  const search = find(".find input")
  search.addEventListener("input", () => choose({ text: search.value }))
  find(".theme").addEventListener("click", () =>
    chooseTheme(root.dataset.theme === "night" ? "day" : "night", viewer.pages),
  )
  find(".wall").addEventListener("click", () => goToWall(true))

  const still = () => {
    moved_ms = performance.now()
  }
  for (const kind of ["pointermove", "pointerdown", "touchstart", "keydown"]) {
    root.addEventListener(kind, still, { passive: true })
  }
  const leaveWall = event => {
    if (event.key === "Escape" && viewer?.kiosk) goToWall(false)
  }
  const visible = () => {
    if (!document.hidden) ask({ version: asked.version, liveness: "seen again" })
  }
  const resized = () => wall()
  document.addEventListener("keydown", leaveWall)
  document.addEventListener("visibilitychange", visible)
  window.addEventListener("resize", resized)
  const clockwork = setInterval(() => draw(), 1000)

  // Ask for the data by the ordinary way: a run of the board's fragment.
  function ask(sign) {
    if (document.hidden) return
    if (sign.version === asked.version && sign.liveness === asked.liveness) return
    clearTimeout(askLater)
    const wait_ms = asked.at_ms + ASK_EVERY_MS - performance.now()
    askLater = setTimeout(() => {
      asked = { ...sign, at_ms: performance.now() }
      component.setTriggerValue("refresh", sign.version)
    }, Math.max(0, wait_ms))
  }

  function takePulse() {
    // Restarts the veil's animation: two names for the same one, in turn.
    setAttribute(root, "data-beat", root.dataset.beat === "one" ? "two" : "one")
    const notice = find(".notice")
    setHidden(notice, !lastPulse.notice)
    setText(notice, lastPulse.notice ?? "")
    draw()
  }

  function draw() {
    if (data === null || lastPulse === null || viewer === null) return
    const now_s = serverNow()
    const kiosk = viewer.kiosk
    setHidden(root, false)
    setAttribute(root, "data-kiosk", kiosk ? "" : null)
    setAttribute(root, "data-theme", viewer.theme ?? currentTheme(parent.host ?? parent))
    grid.inert = kiosk
    find(".filters").inert = kiosk
    setText(find(".theme"), root.dataset.theme === "night" ? "Day" : "Night")
    setText(find(".ward"), data.ward_name)
    const last_s = lastPulse.now_ms / 1000
    setText(find(".asof"), `Data as of ${clockWithSeconds(last_s, data.time_zone)}`)
    setText(find(".veil p"), `Not updating since ${clock(last_s, data.time_zone)}. Values below are old.`)
    setText(find(".use"), viewer.intended_use + (kiosk ? " Esc leaves the wall screen." : ""))
    setText(find(".demo"), viewer.demo ?? "")
    drawSilent(now_s)
    const occupied = data.tiles.filter(tile => tile.encounter !== null)
    for (const tile of occupied) tiles.get(tile.encounter).age(now_s, data.time_zone, viewer.me)
    drawCounts(occupied, now_s)
    drawOrder(occupied, now_s)
    warn(now_s - last_s > VEIL_AFTER_S)
    wall()
  }

  function drawSilent(now_s) {
    const silent = find(".silent")
    const words = lastPulse.silent.map(one => {
      const what = one.kind === "watcher" ? "The watcher" : `The feed of ${one.bed ? `bed ${one.bed}` : one.name}`
      const meaning = one.kind === "watcher" ? "Overdue and escalation are not being watched." : "Its values are not updating."
      return `${what} has been silent since ${clock(one.since_s, data.time_zone)} (${ago(now_s - one.since_s)}). ${meaning}`
    })
    const wardWide = lastPulse.silent.some(one => one.bed === null)
    setAttribute(silent, "data-ward", wardWide ? "" : null)
    setHidden(silent, words.length === 0)
    setText(silent, words.join(" "))
  }

  function drawCounts(occupied, now_s) {
    for (const filter of buttons.filters) {
      const held = occupied.filter(tile => filter.holds(tile, now_s))
      const count = filter.count ? held.reduce((sum, tile) => sum + filter.count(tile), 0) : held.length
      setText(filter.counted, String(count))
      setAttribute(filter.button, "aria-pressed", String(choice.filter === filter.id))
    }
    for (const order of buttons.orders) setAttribute(order.button, "aria-pressed", String(choice.order === order.id))
    for (const tally of buttons.grades) {
      const wanted = tally.grade === "unknown" ? null : Number(tally.grade)
      const count = occupied.filter(tile => gradeNow(tile, now_s) === wanted).length
      setText(tally.counted, String(count))
      setHidden(tally.item, count === 0)
    }
    const empty = data.tiles.filter(tile => tile.encounter === null).map(tile => tile.bed)
    setText(find(".empty"), empty.length ? `Empty: ${empty.join(", ")}` : "")
  }

  function drawOrder(occupied, now_s) {
    const filter = FILTERS.find(one => one.id === choice.filter)
    const kiosk = viewer.kiosk
    const shown = occupied.filter(tile => kiosk || (filter.holds(tile, now_s) && matches(tile, choice.text)))
    shown.sort(choice.order === "bed" && !kiosk ? byBed : byAcuity(now_s))
    const wanted = shown.map(tile => tile.encounter).join(" ")
    setHidden(find(".none"), shown.length > 0)
    setText(find(".none"), occupied.length ? "No bed fits this choice." : "Nobody is on this ward yet.")
    if (wanted === arranged) return
    const grew = shown.length !== grid.childElementCount
    if (!grew && performance.now() - moved_ms < STILL_FOR_MS) return
    arranged = wanted
    arrange(grid, shown.map(tile => tiles.get(tile.encounter).root), parent.activeElement ?? document.activeElement)
  }

  function takeData(next) {
    const before = data
    data = { ...next, tiles: next.tiles.map(({ summary, ...tile }) => ({ ...NOTHING_YET, ...summary, ...tile })) }
    const present = new Set()
    for (const tile of data.tiles) {
      if (tile.encounter === null) continue
      present.add(tile.encounter)
      if (!tiles.has(tile.encounter)) tiles.set(tile.encounter, createTile(actions))
      tiles.get(tile.encounter).patch(tile)
    }
    for (const encounter of tiles.keys()) if (!present.has(encounter)) tiles.delete(encounter)
    asked = { ...asked, version: Math.max(asked.version, data.version) }
    announce()
    if (before?.ward_code !== data.ward_code) {
      stopListening?.()
      stopListening = listen(data.ward_code, ask)
    }
    draw()
  }

  // New unowned alerts are spoken once: bed and problem, no name.
  function announce() {
    const fresh = []
    for (const tile of data.tiles) {
      for (const alert of tile.alerts) {
        if (!known.has(alert.id) && isUnowned(alert) && urgency(alert) >= 2) fresh.push(`Bed ${tile.bed}: ${alert.label}.`)
        known.add(alert.id)
      }
    }
    if (fresh.length && !firstData) say(`New alert. ${fresh.join(" ")}`)
    firstData = false
  }

  // Who hears that the board stands still must hear that it goes on; a new alert is not spoken over.
  let warned = ""
  function warn(isStill) {
    if (isStill) {
      warned = find(".veil p").textContent
      say(warned)
    } else if (warned) {
      if (find(".spoken").textContent === warned) say("Updating again.")
      warned = ""
    }
  }

  function say(text) {
    setText(find(".spoken"), text)
  }

  let fitted = ""
  function wall() {
    if (!viewer.kiosk) {
      release(grid)
      return
    }
    const state = `${window.innerWidth}x${window.innerHeight} ${grid.childElementCount} ${data?.version} ${Math.floor(serverNow() / 60)}`
    if (state === fitted) return
    fitted = state
    fit(grid, grid.childElementCount)
  }

  // Deflated JSON. Of two that are being read at once only the later one is shown.
  async function read(bytes) {
    const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))
    const next = await new Response(plain).json()
    if (bytes === root.lastBytes) takeData(next)
  }

  pulsed = takePulse
  return {
    update(next) {
      component = next
      const bytes = next.data
      if (bytes !== root.lastBytes) {
        root.lastBytes = bytes
        read(bytes)
      }
      if (lastPulse !== null) takePulse()
    },
    destroy() {
      clearInterval(clockwork)
      clearTimeout(askLater)
      stopListening?.()
      document.removeEventListener("keydown", leaveWall)
      document.removeEventListener("visibilitychange", visible)
      window.removeEventListener("resize", resized)
      if (pulsed === takePulse) pulsed = () => {}
    },
  }
}
