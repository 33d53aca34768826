// What the club sends: a drawing of its beds, and a plan.
/* global document -- in functions that the page runs */
import { Buffer } from "node:buffer";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** Draws with a blank page; gives the paths of the files. */
export async function drawings(page, folder) {
  await page.setViewportSize({ width: 960, height: 640 });
  const bytes = await page.evaluate(draw);
  const beds = join(folder, "beds.jpg");
  writeFileSync(beds, Buffer.from(bytes, "base64"));
  const plan = join(folder, "planting-plan.pdf");
  writeFileSync(plan, Buffer.concat([Buffer.from("%PDF-1.4\n"), Buffer.alloc(184_000, "plan ")]));
  await page.context().close();
  return { beds, plan };
}

// Runs in the page.
function draw() {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [960, 640];
  const on = canvas.getContext("2d");
  const fill = (colour, path) => {
    on.fillStyle = colour;
    on.beginPath();
    path();
    on.fill();
  };
  const sky = on.createLinearGradient(0, 0, 0, 300);
  sky.addColorStop(0, "#9cc9de");
  sky.addColorStop(1, "#f6ead0");
  fill(sky, () => on.rect(0, 0, 960, 320));
  fill("#f7d774", () => on.arc(770, 130, 52, 0, 7));
  fill("#8fb58a", () => on.ellipse(240, 380, 520, 170, 0, 0, 7));
  fill("#7aa678", () => on.ellipse(780, 400, 460, 160, 0, 0, 7));
  fill("#6b9a5b", () => on.rect(0, 350, 960, 290));
  for (let x = 0; x < 960; x += 48) {
    fill("#efe6d8", () => on.roundRect(x + 6, 258, 30, 112, [14, 14, 2, 2]));
  }
  fill("#e2d6c3", () => on.rect(0, 292, 960, 12));
  fill("#e2d6c3", () => on.rect(0, 338, 960, 12));
  for (const [row, [soil, leaf, bloom]] of [
    ["#6d4c38", "#3f7d4a", "#d9573f"],
    ["#654632", "#4d8f4f", "#e9b44c"],
    ["#5c3f2d", "#356e43", "#a24b8a"],
  ].entries()) {
    const y = 392 + row * 84;
    fill(soil, () => on.roundRect(60 - row * 20, y, 840 + row * 40, 56, 18));
    for (let x = 100 - row * 20; x < 880 + row * 20; x += 46) {
      fill(leaf, () => on.ellipse(x, y + 14, 17, 20, 0, 0, 7));
      fill(leaf, () => on.ellipse(x - 10, y + 24, 14, 12, 0.6, 0, 7));
      fill(bloom, () => on.arc(x + 5, y + 8, 7, 0, 7));
    }
  }
  for (const x of [118, 310, 502, 694, 838]) {
    fill("#3f7d4a", () => on.rect(x - 3, 236, 6, 140));
    for (let turn = 0; turn < 12; turn++) {
      const angle = (turn * Math.PI) / 6;
      fill("#f0b429", () => on.ellipse(x + Math.cos(angle) * 24, 222 + Math.sin(angle) * 24, 15, 7, angle, 0, 7));
    }
    fill("#6b4226", () => on.arc(x, 222, 17, 0, 7));
  }
  return canvas.toDataURL("image/jpeg", 0.86).split(",")[1];
}
