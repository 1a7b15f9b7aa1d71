// What the scenarios of both packages ask with.
import { readFileSync } from "node:fs";

export const weatherSchema = {
  type: "object",
  properties: { city: { type: "string", description: "The city's name." } },
  required: ["city"],
};

// A picture with words in it, in base64.
export const picture = () => readFileSync(process.env.PICTURE).toString("base64");
