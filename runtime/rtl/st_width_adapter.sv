// Regroups tokens of IN_WIDTH bits into tokens of OUT_WIDTH bits; one width is a multiple of the other. The first
// bits in are the low bits out. It holds one wide token, and moves one narrow token per cycle; equal widths move one
// token every two cycles.
module st_width_adapter #(
    parameter integer IN_WIDTH = 8,
    parameter integer OUT_WIDTH = 32
) (
    input  wire                 clk,
    input  wire                 rst,
    input  wire [ IN_WIDTH-1:0] in_data,
    input  wire                 in_valid,
    output wire                 in_ready,
    output wire [OUT_WIDTH-1:0] out_data,
    output wire                 out_valid,
    input  wire                 out_ready
);
  localparam integer WIDE = IN_WIDTH > OUT_WIDTH ? IN_WIDTH : OUT_WIDTH;
  localparam integer NARROW = IN_WIDTH > OUT_WIDTH ? OUT_WIDTH : IN_WIDTH;
  localparam integer RATIO = WIDE / NARROW;
  localparam integer COUNT_BITS = $clog2(RATIO + 1);

  // Narrow parts that are held.
  reg [COUNT_BITS-1:0] held;
  reg [      WIDE-1:0] word;
  wire push = in_valid && in_ready;
  wire pop = out_valid && out_ready;

  generate
    if (IN_WIDTH == OUT_WIDTH) begin : g_same
      assign in_ready = held == '0;
      assign out_valid = held != '0;
      assign out_data = word;
      always @(posedge clk) begin
        if (rst) held <= '0;
        else if (push) held <= 1'b1;
        else if (pop) held <= '0;
        if (push) word <= in_data;
      end
    end else if (IN_WIDTH < OUT_WIDTH) begin : g_widen
      // The next word begins while the last one leaves.
      assign in_ready = held != COUNT_BITS'(RATIO) || out_ready;
      assign out_valid = held == COUNT_BITS'(RATIO);
      assign out_data = word;
      always @(posedge clk) begin
        if (rst) held <= '0;
        else if (pop) held <= COUNT_BITS'(push);
        else if (push) held <= held + 1'b1;
        if (push) word <= {in_data, word[WIDE-1:NARROW]};
      end
    end else begin : g_narrow
      // The next word comes in while the last part of this one leaves.
      assign in_ready = held == '0 || (held == COUNT_BITS'(1) && out_ready);
      assign out_valid = held != '0;
      assign out_data = word[NARROW-1:0];
      always @(posedge clk) begin
        if (rst) held <= '0;
        else if (push) held <= COUNT_BITS'(RATIO);
        else if (pop) held <= held - 1'b1;
        if (push) word <= in_data;
        else if (pop) word <= {{NARROW{1'b0}}, word[WIDE-1:NARROW]};
      end
    end
  endgenerate
endmodule
