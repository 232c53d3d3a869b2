// Wall screen: choose the number of columns and the size of type that fill the screen without a
// scroll bar. The tiles are laid out in em, so one number sizes all of them.

const TILE_WIDTH_EM = 20.5
const GAP_PX = 8
const SMALLEST_PX = 9

export function fit(grid, count) {
  if (count === 0) return
  grid.style.gridTemplateColumns = `repeat(${count}, ${10 * TILE_WIDTH_EM}px)`
  grid.style.gridAutoRows = "auto"
  grid.style.alignContent = "start"
  grid.style.fontSize = "10px"
  const tallest_em = Math.max(...[...grid.children].map(tile => naturalHeight(tile))) / 10
  const [width, height] = [grid.clientWidth, grid.clientHeight]
  let best = { size: 0, columns: 1 }
  for (let columns = 1; columns <= 10; columns += 1) {
    const lines = Math.ceil(count / columns)
    const size = Math.min(
      ((width - GAP_PX * (columns - 1)) / columns) / TILE_WIDTH_EM,
      ((height - GAP_PX * (lines - 1)) / lines) / tallest_em,
    )
    if (size > best.size) best = { size, columns }
  }
  grid.style.gridTemplateColumns = `repeat(${best.columns}, 1fr)`
  grid.style.gridAutoRows = "1fr"
  grid.style.alignContent = "stretch"
  let size = Math.max(best.size, SMALLEST_PX)
  grid.style.fontSize = `${size}px`
  // A line may break where it did not at the measured size: then one step smaller.
  while (grid.scrollHeight > grid.clientHeight + 1 && size > SMALLEST_PX) {
    size *= 0.98
    grid.style.fontSize = `${size}px`
  }
}

// The tile's own height, measured while its line is as tall as its content.
function naturalHeight(tile) {
  return tile.scrollHeight + 2
}

export function release(grid) {
  for (const property of ["gridTemplateColumns", "gridAutoRows", "alignContent", "fontSize"]) {
    if (grid.style[property]) grid.style[property] = ""
  }
}
