// What a FIFO promises, for a bounded model check: readiness and validity follow the number of tokens at the beginning
// of the cycle, and any one token, chosen freely, comes out as it went in.
module fifo_properties #(
    parameter integer WIDTH = 4,
    parameter integer DEPTH = 3,
    parameter STYLE = "distributed"
) (
    input wire             clk,
    input wire [WIDTH-1:0] in_data,
    input wire             in_valid,
    input wire             out_ready
);
  reg rst = 1'b1;
  always @(posedge clk) rst <= 1'b0;

  wire in_ready, out_valid;
  wire [WIDTH-1:0] out_data;
  st_fifo #(.WIDTH(WIDTH), .DEPTH(DEPTH), .STYLE(STYLE)) fifo (
      .clk(clk), .rst(rst), .in_data(in_data), .in_valid(in_valid), .in_ready(in_ready),
      .out_data(out_data), .out_valid(out_valid), .out_ready(out_ready));

  // The reference: tokens pushed and popped so far, and what token number `chosen` was.
  (* anyconst *) reg [4:0] chosen;
  reg [4:0] pushed = 5'd0, popped = 5'd0;
  reg [WIDTH-1:0] token;
  always @(posedge clk) begin
    if (!rst) begin
      assert (in_ready == (pushed - popped < DEPTH));
      assert (out_valid == (pushed != popped));
      if (out_valid && popped == chosen) assert (out_data == token);
      if (in_valid && in_ready) begin
        pushed <= pushed + 5'd1;
        if (pushed == chosen) token <= in_data;
      end
      if (out_valid && out_ready) popped <= popped + 5'd1;
    end
  end
endmodule
