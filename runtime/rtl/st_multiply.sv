// a * b of any widths in several DSP slices: pieces of 26 bits of `a` times pieces of 17 bits of `b`, then their sum.
// The product takes STAGES cycles, 2 or 3; its low P_WIDTH bits come out.
module st_multiply #(
    parameter integer A_WIDTH = 32,
    parameter integer B_WIDTH = 32,
    parameter integer P_WIDTH = 32,
    parameter integer STAGES = 3
) (
    input  wire               clk,
    input  wire               enable,
    input  wire [A_WIDTH-1:0] a,
    input  wire [B_WIDTH-1:0] b,
    output reg  [P_WIDTH-1:0] p
);
  localparam integer A_PIECES = (A_WIDTH + 25) / 26;
  localparam integer B_PIECES = (B_WIDTH + 16) / 17;

  // Sums of the products so far, piece by piece.
  wire [P_WIDTH-1:0] sums[0:A_PIECES*B_PIECES]  /* verilator split_var */;
  assign sums[0] = '0;
  always @(posedge clk) if (enable) p <= sums[A_PIECES*B_PIECES];

  genvar i, j;
  generate
    for (i = 0; i < A_PIECES; i = i + 1) begin : g_a
      for (j = 0; j < B_PIECES; j = j + 1) begin : g_b
        localparam integer SHIFT = 26 * i + 17 * j;
        if (SHIFT >= P_WIDTH) begin : g_product
          assign sums[i*B_PIECES+j+1] = sums[i*B_PIECES+j];
        end else begin : g_product
          // The highest piece has the sign, all others a zero above them.
          localparam integer A_BITS = i == A_PIECES - 1 ? A_WIDTH - 26 * i : 26;
          localparam integer B_BITS = j == B_PIECES - 1 ? B_WIDTH - 17 * j : 17;
          localparam integer BITS = A_BITS + B_BITS + 2 < P_WIDTH - SHIFT ? A_BITS + B_BITS + 2 : P_WIDTH - SHIFT;
          wire [BITS-1:0] product;
          st_multiply_add #(
              .A_WIDTH(A_BITS + 1), .B_WIDTH(B_BITS + 1), .C_WIDTH(1), .P_WIDTH(BITS), .STAGES(STAGES - 1), .HAS_SUM(0)
          ) slice (
              .clk(clk), .enable(enable), .a({i == A_PIECES - 1 ? a[A_WIDTH-1] : 1'b0, a[26*i+:A_BITS]}),
              .b({j == B_PIECES - 1 ? b[B_WIDTH-1] : 1'b0, b[17*j+:B_BITS]}), .c(1'b0), .p(product));
          if (BITS < P_WIDTH - SHIFT) begin : g_extend
            assign sums[i*B_PIECES+j+1] = sums[i*B_PIECES+j] +
                ({{(P_WIDTH - BITS) {product[BITS-1]}}, product} << SHIFT);
          end else if (SHIFT == 0) begin : g_whole
            assign sums[i*B_PIECES+j+1] = sums[i*B_PIECES+j] + product;
          end else begin : g_high
            assign sums[i*B_PIECES+j+1] = sums[i*B_PIECES+j] + {product, {SHIFT{1'b0}}};
          end
        end
      end
    end
  endgenerate
endmodule
