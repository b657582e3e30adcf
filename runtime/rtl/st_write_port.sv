// Writes TOKENS tokens, which a task pushes into a FIFO of DEPTH tokens, to external memory in bursts. A burst is
// requested when the FIFO holds all of it beyond what has been requested before.
module st_write_port #(
    parameter integer WIDTH = 32,
    parameter integer DEPTH = 32,
    parameter integer BURST = 1,
    parameter integer TOKENS = 1,
    parameter STYLE = "distributed"
) (
    input  wire             clk,
    input  wire             rst,
    input  wire [WIDTH-1:0] in_data,
    input  wire             in_valid,
    output wire             in_ready,
    // To memory: a burst of min(BURST, tokens left) tokens is requested in each cycle with `request`; in each cycle
    // with `take` memory takes the token at `take_data`.
    output wire             request,
    input  wire             take,
    output wire [WIDTH-1:0] take_data
);
  localparam integer BURSTS = (TOKENS + BURST - 1) / BURST;
  localparam integer LEFT_BITS = $clog2(BURSTS + 1);
  localparam integer COUNT_BITS = $clog2(DEPTH + 1);
  localparam integer LAST_BURST = TOKENS - (BURSTS - 1) * BURST;

  // Bursts that have not been requested.
  reg  [LEFT_BITS-1:0] left;
  // Tokens in the FIFO that no request covers.
  reg  [COUNT_BITS-1:0] waiting;
  wire push = in_valid && in_ready;
  wire [COUNT_BITS-1:0] burst = left == LEFT_BITS'(1) ? COUNT_BITS'(LAST_BURST) : COUNT_BITS'(BURST);

  assign request = left != '0 && waiting >= burst;

  always @(posedge clk) begin
    if (rst) begin
      left <= LEFT_BITS'(BURSTS);
      waiting <= '0;
    end else begin
      if (request) left <= left - 1'b1;
      waiting <= waiting - (request ? burst : '0) + COUNT_BITS'(push);
    end
  end

  wire fifo_valid;
  st_fifo #(.WIDTH(WIDTH), .DEPTH(DEPTH), .STYLE(STYLE)) fifo (
      .clk(clk), .rst(rst), .in_data(in_data), .in_valid(in_valid), .in_ready(in_ready),
      .out_data(take_data), .out_valid(fifo_valid), .out_ready(take));
  wire unused = fifo_valid;
endmodule
