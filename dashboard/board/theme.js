// Day or night: follows the dashboard's theme, which follows the system until somebody chooses.

// Streamlit keeps a chosen theme for each page's path under this name.
const KEPT_AS = path => `stActiveTheme-${path}-v2`

export function currentTheme(host) {
  const colour = getComputedStyle(host).getPropertyValue("--st-background-color").trim()
  const channels = colour.match(/^#(..)(..)(..)/)
  if (channels === null) return "day"
  const [red, green, blue] = channels.slice(1).map(part => parseInt(part, 16))
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 128 ? "night" : "day"
}

export function chooseTheme(theme, paths) {
  const kept = JSON.stringify(theme === "night" ? "Dark" : "Light")
  for (const path of paths) localStorage.setItem(KEPT_AS(path), kept)
  location.reload()
}
