// The board's own words: ages, days, devices. Nothing here touches the page.

const MINUTE_S = 60
const HOUR_S = 3600
const DAY_S = 86400

export function age(seconds) {
  const minutes = Math.floor(Math.max(0, seconds) / MINUTE_S)
  if (minutes < 1) return "now"
  if (minutes < 120) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`
}

export function ago(seconds) {
  const text = age(seconds)
  return text === "now" ? "just now" : `${text} ago`
}

const clocks = new Map()

function clockOf(zone) {
  if (!clocks.has(zone)) {
    clocks.set(zone, {
      time: new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
      seconds: new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }),
      day: new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }),
      offset: new Intl.DateTimeFormat("en-GB", { timeZone: zone, timeZoneName: "longOffset" }),
    })
  }
  return clocks.get(zone)
}

function offset(time_s, zone) {
  const parts = clockOf(zone).offset.formatToParts(new Date(time_s * 1000))
  return parts.find(part => part.type === "timeZoneName").value.replace("GMT", "UTC")
}

// On the two nights when clocks change, an hour comes twice or never: then the offset is written.
function clocksChangeAround(time_s, zone) {
  return offset(time_s - DAY_S / 2, zone) !== offset(time_s + DAY_S / 2, zone)
}

export function clock(time_s, zone) {
  const text = clockOf(zone).time.format(new Date(time_s * 1000))
  return clocksChangeAround(time_s, zone) ? `${text} (${offset(time_s, zone)})` : text
}

export function clockWithSeconds(time_s, zone) {
  return clockOf(zone).seconds.format(new Date(time_s * 1000))
}

function dayNumber(time_s, zone) {
  return Date.parse(clockOf(zone).day.format(new Date(time_s * 1000))) / (DAY_S * 1000)
}

// Day 0 is the calendar day of the newest dose; within two days hours say more.
export function sinceDose(infused_s, now_s, zone) {
  if (infused_s === null) return "no dose yet"
  if (infused_s > now_s) return `dose ${clock(infused_s, zone)}`
  const day = `D+${dayNumber(now_s, zone) - dayNumber(infused_s, zone)}`
  const hours = Math.floor((now_s - infused_s) / HOUR_S)
  return hours < 48 ? `${day}, ${hours} h` : day
}

const DEVICES = {
  room_air: ["air", "room air"],
  nasal_cannula: ["NC", "nasal cannula"],
  blow_by: ["blow-by", "blow-by oxygen"],
  high_flow_nasal_cannula: ["HFNC", "high-flow nasal cannula"],
  simple_face_mask: ["mask", "simple face mask"],
  face_tent: ["face tent", "face tent"],
  aerosol_mask: ["aerosol", "aerosol mask"],
  tracheostomy_mask: ["trach. mask", "tracheostomy mask"],
  venturi_mask: ["Venturi", "Venturi mask"],
  partial_rebreather_mask: ["part. NRB", "partial rebreather mask"],
  nonrebreather_mask: ["NRB", "non-rebreather mask"],
  reservoir_cannula: ["reservoir", "reservoir cannula"],
  cpap: ["CPAP", "CPAP"],
  bipap: ["BiPAP", "BiPAP"],
  invasive_ventilation: ["ventilated", "invasive ventilation"],
  ecmo: ["ECMO", "ECMO"],
}

export function device(oxygen) {
  if (oxygen === null) return ["device not charted", "oxygen device not charted"]
  const [short, long] = DEVICES[oxygen.device] ?? [oxygen.device, oxygen.device]
  const flow = oxygen.flow_lpm === null || oxygen.device === "room_air" ? "" : `${oxygen.flow_lpm} L `
  return [flow + short, flow + long]
}

export const DIRECTIONS = {
  rising: "↑ rising",
  falling: "↓ falling",
  steady: "→ steady",
  unknown: "",
}
