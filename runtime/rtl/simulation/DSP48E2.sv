// A model of the DSP slice of UltraScale+ for simulation: the multiplier and the sum with C, after UG579. Ports and
// parameters are the primitive's; those that have no effect here are checked to stand at the value that the model
// implements. Synthesis takes the primitive itself.
/* verilator lint_off UNUSED */
module DSP48E2 #(
    parameter integer ACASCREG = 1, ADREG = 1, ALUMODEREG = 1, AREG = 1, BCASCREG = 1, BREG = 1, CARRYINREG = 1,
    parameter integer CARRYINSELREG = 1, CREG = 1, DREG = 1, INMODEREG = 1, MREG = 1, OPMODEREG = 1, PREG = 1,
    parameter USE_MULT = "MULTIPLY", USE_SIMD = "ONE48"
) (
    input  wire        CLK,
    input  wire [29:0] A, ACIN,
    input  wire [17:0] B, BCIN,
    input  wire [47:0] C, PCIN,
    input  wire [26:0] D,
    input  wire        CARRYIN, CARRYCASCIN, MULTSIGNIN,
    input  wire [ 3:0] ALUMODE,
    input  wire [ 2:0] CARRYINSEL,
    input  wire [ 4:0] INMODE,
    input  wire [ 8:0] OPMODE,
    input  wire        CEA1, CEA2, CEB1, CEB2, CEM, CEP, CEC, CED, CEAD, CEALUMODE, CECARRYIN, CECTRL, CEINMODE,
    input  wire        RSTA, RSTB, RSTC, RSTD, RSTM, RSTP, RSTALLCARRYIN, RSTALUMODE, RSTCTRL, RSTINMODE,
    output wire [47:0] P, PCOUT,
    output wire [29:0] ACOUT,
    output wire [17:0] BCOUT,
    output wire [ 7:0] XOROUT,
    output wire [ 3:0] CARRYOUT,
    output wire        CARRYCASCOUT, OVERFLOW, PATTERNBDETECT, PATTERNDETECT, UNDERFLOW, MULTSIGNOUT
);
  localparam [8:0] PRODUCT = 9'b000000101, PRODUCT_AND_C = 9'b000110101;
  generate
    if (ADREG != 0 || ALUMODEREG != 0 || CARRYINREG != 0 || CARRYINSELREG != 0 || DREG != 0 || INMODEREG != 0 ||
        OPMODEREG != 0 || ACASCREG != (AREG > 1 ? 1 : AREG) || BCASCREG != (BREG > 1 ? 1 : BREG) ||
        USE_MULT != "MULTIPLY" || USE_SIMD != "ONE48") begin : g_check
      initial $fatal(1, "DSP48E2: the model covers the multiplier and the sum with C, without other registers");
    end
  endgenerate
  always @(posedge CLK)
    if ((OPMODE != PRODUCT && OPMODE != PRODUCT_AND_C) || ALUMODE != 0 || INMODE != 0 || CARRYINSEL != 0 || CARRYIN)
      $fatal(1, "DSP48E2: the model covers P = A * B and P = A * B + C");

  // A register of one stage is the second one of two (UG579, figure 2-4).
  reg [29:0] a1, a2;
  reg [17:0] b1, b2;
  reg [47:0] c1, p1;
  reg signed [44:0] m1;
  wire [29:0] a = AREG == 0 ? A : a2;
  wire [17:0] b = BREG == 0 ? B : b2;
  wire [47:0] c = CREG == 0 ? C : c1;
  wire signed [44:0] product = $signed({{18{a[26]}}, a[26:0]}) * $signed({{27{b[17]}}, b});
  wire signed [44:0] m = MREG == 0 ? product : m1;
  wire [47:0] sum = {{3{m[44]}}, m} + (OPMODE[6:4] == 3'b011 ? c : 48'b0);
  assign P = PREG == 0 ? sum : p1;

  always @(posedge CLK) begin
    if (RSTA) a1 <= '0;
    else if (CEA1) a1 <= A;
    if (RSTA) a2 <= '0;
    else if (CEA2) a2 <= AREG == 2 ? a1 : A;
    if (RSTB) b1 <= '0;
    else if (CEB1) b1 <= B;
    if (RSTB) b2 <= '0;
    else if (CEB2) b2 <= BREG == 2 ? b1 : B;
    if (RSTC) c1 <= '0;
    else if (CEC) c1 <= C;
    if (RSTM) m1 <= '0;
    else if (CEM) m1 <= product;
    if (RSTP) p1 <= '0;
    else if (CEP) p1 <= sum;
  end

  assign PCOUT = P;
  assign ACOUT = a;
  assign BCOUT = b;
  assign XOROUT = '0;
  assign CARRYOUT = '0;
  assign {CARRYCASCOUT, OVERFLOW, PATTERNBDETECT, PATTERNDETECT, UNDERFLOW, MULTSIGNOUT} = '0;
endmodule
/* verilator lint_on UNUSED */
