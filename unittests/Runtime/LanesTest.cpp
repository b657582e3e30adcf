//===- LanesTest.cpp - Scalars in the lanes of a token ----------------------------------------------------------===//

#include "st_lanes.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

namespace {

TEST(Lanes, LaneZeroIsInTheLowBits) {
  ap_uint<512> token = 0;
  st::set_lane(token, 0, 1.0f);
  st::set_lane(token, 15, -2.0f);
  EXPECT_EQ(token.range(31, 0).to_uint(), 0x3f800000u);
  EXPECT_EQ(token.range(511, 480).to_uint(), 0xc0000000u);
  EXPECT_EQ(st::get_lane<float>(token, 7), 0.0f);
}

TEST(Lanes, BitsOfFloatsSurvive) {
  ap_uint<64> token = 0;
  for (float value : {0.0f, -0.0f, std::numeric_limits<float>::denorm_min(), std::numeric_limits<float>::infinity(),
                      3.14159274f, -1e-30f}) {
    st::set_lane(token, 1, value);
    EXPECT_EQ(st::get_lane<float>(token, 1), value);
    EXPECT_EQ(std::signbit(st::get_lane<float>(token, 1)), std::signbit(value));
  }
  st::set_lane(token, 0, std::numeric_limits<float>::quiet_NaN());
  EXPECT_TRUE(std::isnan(st::get_lane<float>(token, 0)));
}

TEST(Lanes, IntegersKeepTheirSign) {
  ap_uint<64> token = 0;
  for (int lane = 0; lane < 8; ++lane)
    st::set_lane(token, lane, static_cast<signed char>(-3 * lane));
  for (int lane = 0; lane < 8; ++lane)
    EXPECT_EQ(st::get_lane<signed char>(token, lane), -3 * lane);
  ap_uint<12> nibbles = 0;
  st::set_lane(nibbles, 1, ap_int<4>(-8));
  EXPECT_EQ(st::get_lane<ap_int<4>>(nibbles, 1).to_int(), -8);
  EXPECT_EQ(st::get_lane<ap_int<4>>(nibbles, 2).to_int(), 0);
}

} // namespace
