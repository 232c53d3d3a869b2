// The temperature of the last 24 hours as a small line, on a fixed scale: a flat line looks flat.

import { setAttribute, svg } from "./dom.js"

const WIDTH = 240
const HEIGHT = 40
const SPAN_S = 24 * 3600
const LOWEST_C = 35.5
const HIGHEST_C = 40.5
const FEVER_C = 38
// Longer than the longest interval of the ward: the line is broken there and not drawn through.
const GAP_S = 6 * 3600

function y(celsius) {
  const inside = Math.min(HIGHEST_C, Math.max(LOWEST_C, celsius))
  return ((HIGHEST_C - inside) / (HIGHEST_C - LOWEST_C)) * HEIGHT
}

export function createSparkline() {
  const fever = svg("line", { class: "fever", x1: 0, x2: WIDTH, y1: y(FEVER_C), y2: y(FEVER_C) })
  const line = svg("path", { class: "trace" })
  const title = svg("title")
  const root = svg(
    "svg",
    { class: "spark", viewBox: `0 -2 ${WIDTH} ${HEIGHT + 4}`, preserveAspectRatio: "none", role: "img" },
    title,
    fever,
    line,
  )
  return {
    root,
    patch(spark, now_s) {
      const points = []
      let time_s = spark?.from_s
      for (const [place, minutes] of (spark?.minutes ?? []).entries()) {
        time_s += 60 * minutes
        points.push([time_s, spark.tenths[place] / 10])
      }
      const shown = points.filter(([at_s]) => at_s >= now_s - SPAN_S)
      let previous_s = null
      let path = ""
      for (const [at_s, celsius] of shown) {
        const x = (1 - (now_s - at_s) / SPAN_S) * WIDTH
        const joined = previous_s !== null && at_s - previous_s <= GAP_S
        path += `${joined ? "L" : "M"}${x.toFixed(1)} ${y(celsius).toFixed(1)}`
        // A lone point still shows: a line of no length with round ends.
        if (!joined) path += `L${x.toFixed(1)} ${y(celsius).toFixed(1)}`
        previous_s = at_s
      }
      setAttribute(line, "d", path)
      const range = shown.map(([, celsius]) => celsius)
      const words = range.length
        ? `Temperature of the last 24 hours: ${Math.min(...range).toFixed(1)} to ${Math.max(...range).toFixed(1)} °C`
        : "No temperature in the last 24 hours"
      if (title.textContent !== words) title.textContent = words
    },
  }
}
