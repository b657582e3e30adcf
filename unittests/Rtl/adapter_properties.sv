// What a width adapter promises, for a bounded model check: it holds at most one wide token, offers a token as soon as
// all its parts are there, and any one narrow part, chosen freely, comes out at its place as it went in.
module adapter_properties #(
    parameter integer IN_WIDTH = 2,
    parameter integer OUT_WIDTH = 6
) (
    input wire                clk,
    input wire [IN_WIDTH-1:0] in_data,
    input wire                in_valid,
    input wire                out_ready
);
  localparam integer NARROW = IN_WIDTH < OUT_WIDTH ? IN_WIDTH : OUT_WIDTH;
  localparam integer IN_PARTS = IN_WIDTH / NARROW;
  localparam integer OUT_PARTS = OUT_WIDTH / NARROW;

  reg rst = 1'b1;
  always @(posedge clk) rst <= 1'b0;

  wire in_ready, out_valid;
  wire [OUT_WIDTH-1:0] out_data;
  st_width_adapter #(.IN_WIDTH(IN_WIDTH), .OUT_WIDTH(OUT_WIDTH)) adapter (
      .clk(clk), .rst(rst), .in_data(in_data), .in_valid(in_valid), .in_ready(in_ready),
      .out_data(out_data), .out_valid(out_valid), .out_ready(out_ready));

  // The reference: parts pushed and popped so far, and what part number `chosen` was.
  (* anyconst *) reg [4:0] chosen;
  reg [4:0] pushed = 5'd0, popped = 5'd0;
  reg [NARROW-1:0] part;
  integer i;
  always @(posedge clk) begin
    if (!rst) begin
      assert (pushed - popped <= (IN_PARTS > OUT_PARTS ? IN_PARTS : OUT_PARTS));
      assert (out_valid == (pushed - popped >= OUT_PARTS));
      if (pushed == popped) assert (in_ready);
      for (i = 0; i < OUT_PARTS; i = i + 1)
        if (out_valid && popped + i == chosen) assert (out_data[i*NARROW+:NARROW] == part);
      if (in_valid && in_ready) begin
        pushed <= pushed + IN_PARTS;
        for (i = 0; i < IN_PARTS; i = i + 1) if (pushed + i == chosen) part <= in_data[i*NARROW+:NARROW];
      end
      if (out_valid && out_ready) popped <= popped + OUT_PARTS;
    end
  end
endmodule
