import { describe, expect, it } from "vitest";
import { MinuteLog } from "./minuteLog.js";

function scene() {
  let metrics: Record<string, number> = { appends_total: 5, 'refusals_total{cause="bad_frame"}': 2 };
  const lines: { level: string; text: string; fields: unknown }[] = [];
  const line = (level: string) => (text: string, fields?: unknown) => lines.push({ level, text, fields });
  const log = new MinuteLog(
    () => metrics,
    () => 3,
    { info: line("info"), warn: line("warn"), fatal: line("fatal") },
  );
  const minute = (grown: Record<string, number>) => {
    metrics = { ...metrics };
    for (const [name, more] of Object.entries(grown)) metrics[name] = (metrics[name] ?? 0) + more;
    log.tick();
    return lines.splice(0);
  };
  return minute;
}

describe("the line of a minute", () => {
  it("RULE relay.log-bounded: is one line of the causes since the last one, however often each happened", () => {
    const minute = scene();
    const causes = {
      'refusals_total{cause="rate_limited"}': 1_000_000,
      'refusals_total{cause="bad_frame"}': 1,
      'connections_refused_total{cause="too_often"}': 70,
      'connections_closed_total{cause="client"}': 4,
    };
    const said = {
      refused: { rate_limited: 1_000_000, bad_frame: 1 },
      notLetIn: { too_often: 70 },
      closed: { client: 4 },
      addresses: 3,
    };
    for (let n = 0; n < 2; n++) {
      expect(minute(causes)).toEqual([
        {
          level: "warn",
          text:
            "in the last minute 1000001 requests were refused (rate_limited 1000000, bad_frame 1); " +
            "70 connections were not let in (too_often 70); 4 connections ended (client 4). " +
            'The refusals came from 3 addresses: "conclave relay addresses" lists them',
          fields: said,
        },
      ]);
    }
  });

  it("is not there when nothing happened, and no warning when it is what clients do every day", () => {
    const minute = scene();
    expect(minute({ appends_total: 7 })).toEqual([]);
    const lines = minute({ 'refusals_total{cause="stale_epoch"}': 1, 'connections_closed_total{cause="broken"}': 2 });
    expect(lines.map(({ level, text }) => [level, text])).toEqual([
      ["info", "in the last minute 1 request was refused (stale_epoch 1); 2 connections ended (broken 2)"],
    ]);
  });
});
