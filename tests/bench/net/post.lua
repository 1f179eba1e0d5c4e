-- SPDX-License-Identifier: Apache-2.0
-- wrk: one POST of 2 KiB, about a webhook with one alert.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"pad":"' .. string.rep("x", 2038) .. '"}'
