import { expect, it } from "vitest";
import { addressGroup } from "./addressGroup.js";

it("an IPv4 address counts by itself, also in its IPv6 form, and an IPv6 address as its /64", () => {
  expect(["192.0.2.7", "::ffff:192.0.2.7", "::FFFF:192.0.2.7"].map(addressGroup)).toEqual(Array(3).fill("192.0.2.7"));
  const one = ["2001:db8:1:2::", "2001:DB8:1:2:ffff::1", "2001:0db8:0001:0002:3:4:5:6", "2001:db8:1:2::9%eth0"];
  expect(one.map(addressGroup)).toEqual(Array(4).fill("2001:db8:1:2::/64"));
  expect(addressGroup("2001:db8:1:3::")).not.toBe(addressGroup(one[0]!));
  expect(["::1", "::2"].map(addressGroup)).toEqual(Array(2).fill("0:0:0:0::/64"));
  expect(addressGroup("2001:db8::1:2:3:4:5")).toBe("2001:db8:0:1::/64");
  expect(["", "unix", "1.2.3.4:5"].map(addressGroup)).toEqual(["", "unix", "1.2.3.4:5"]);
});
