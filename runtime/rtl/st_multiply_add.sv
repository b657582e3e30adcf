// a * b + c in one DSP slice: the product takes STAGES cycles (1 to 3), the sum one more. `c` comes when the product is
// there, STAGES cycles after its factors. Everything moves in cycles with `enable`. HAS_SUM = 0 gives the product alone
// after STAGES cycles.
module st_multiply_add #(
    parameter integer A_WIDTH = 8,
    parameter integer B_WIDTH = 8,
    parameter integer C_WIDTH = 32,
    parameter integer P_WIDTH = 32,
    parameter integer STAGES = 3,
    parameter integer HAS_SUM = 1
) (
    input  wire               clk,
    input  wire               enable,
    input  wire [A_WIDTH-1:0] a,
    input  wire [B_WIDTH-1:0] b,
    input  wire [C_WIDTH-1:0] c,
    output wire [P_WIDTH-1:0] p
);
  // Registers before the multiplier, at its output, and at the slice's output.
  localparam integer INPUT_STAGES = HAS_SUM != 0 ? STAGES - 1 : STAGES > 2 ? 1 : 0;
  localparam integer PRODUCT_STAGES = HAS_SUM != 0 || STAGES > 1 ? 1 : 0;

  wire [47:0] result;
  wire [29:0] unused_acout;
  wire [17:0] unused_bcout;
  wire [47:0] unused_pcout;
  wire [ 7:0] unused_xorout;
  wire [ 3:0] unused_carryout;
  wire [ 4:0] unused_flags;
  wire        unused_multsignout;
  // OPMODE: X and Y are the product, Z is C or nothing.
  DSP48E2 #(
      .ACASCREG(INPUT_STAGES > 1 ? 1 : INPUT_STAGES), .ADREG(0), .ALUMODEREG(0), .AREG(INPUT_STAGES),
      .BCASCREG(INPUT_STAGES > 1 ? 1 : INPUT_STAGES), .BREG(INPUT_STAGES), .CARRYINREG(0), .CARRYINSELREG(0), .CREG(0),
      .DREG(0), .INMODEREG(0), .MREG(PRODUCT_STAGES), .OPMODEREG(0), .PREG(1), .USE_MULT("MULTIPLY"), .USE_SIMD("ONE48")
  ) slice (
      .CLK(clk), .A({{(30 - A_WIDTH) {a[A_WIDTH-1]}}, a}), .B({{(18 - B_WIDTH) {b[B_WIDTH-1]}}, b}),
      .C({{(48 - C_WIDTH) {c[C_WIDTH-1]}}, c}), .D(27'b0), .ACIN(30'b0), .BCIN(18'b0), .PCIN(48'b0), .CARRYIN(1'b0),
      .CARRYCASCIN(1'b0), .MULTSIGNIN(1'b0), .ALUMODE(4'b0), .CARRYINSEL(3'b0), .INMODE(5'b0),
      .OPMODE(HAS_SUM != 0 ? 9'b000110101 : 9'b000000101),
      .CEA1(enable), .CEA2(enable), .CEB1(enable), .CEB2(enable), .CEM(enable), .CEP(enable), .CEC(1'b0), .CED(1'b0),
      .CEAD(1'b0), .CEALUMODE(1'b0), .CECARRYIN(1'b0), .CECTRL(1'b0), .CEINMODE(1'b0), .RSTA(1'b0), .RSTB(1'b0),
      .RSTC(1'b0), .RSTD(1'b0), .RSTM(1'b0), .RSTP(1'b0), .RSTALLCARRYIN(1'b0), .RSTALUMODE(1'b0), .RSTCTRL(1'b0),
      .RSTINMODE(1'b0), .P(result), .ACOUT(unused_acout), .BCOUT(unused_bcout), .PCOUT(unused_pcout),
      .XOROUT(unused_xorout), .CARRYOUT(unused_carryout), .CARRYCASCOUT(unused_flags[0]), .OVERFLOW(unused_flags[1]),
      .PATTERNBDETECT(unused_flags[2]), .PATTERNDETECT(unused_flags[3]), .UNDERFLOW(unused_flags[4]),
      .MULTSIGNOUT(unused_multsignout)
  );
  assign p = result[P_WIDTH-1:0];
  wire unused = &{result, unused_acout, unused_bcout, unused_pcout, unused_xorout, unused_carryout, unused_flags,
                  unused_multsignout};
endmodule
