import { init, use } from "echarts/core";
import { LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TitleComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";
import type { Result } from "./lab.js";

use([LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

const WIDTH = 860;
const HEIGHT = 560;

/** Bytes uploaded by all against people, both logarithmic, as an SVG. Zero bytes cannot be shown on such a scale. */
export function plot(title: string, results: readonly Result[], what: "say" | "remove"): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height: HEIGHT });
  const axis = { type: "log", nameLocation: "middle", nameGap: 34 } as const;
  chart.setOption({
    animation: false,
    backgroundColor: "#ffffff",
    title: { text: title, left: "center" },
    legend: { bottom: 0, left: "center" },
    grid: { left: 80, right: 30, top: 50, bottom: 120 },
    xAxis: { ...axis, name: "people in the room", min: 1, max: 1000 },
    yAxis: { ...axis, name: "bytes uploaded, by all", nameGap: 60 },
    series: results.map(({ title: name, costs }) => ({
      name,
      type: "line",
      data: costs.filter((each) => each[what].uploaded > 0).map((each) => [each.size, each[what].uploaded]),
    })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return `${svg}\n`;
}
