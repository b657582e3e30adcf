// Reads TOKENS tokens from external memory in bursts and hands them to a task through a FIFO of DEPTH tokens. A burst
// is requested when the FIFO has room for all of it beside what has been requested before, so that tokens never wait
// for room when they arrive.
module st_read_port #(
    parameter integer WIDTH = 32,
    parameter integer DEPTH = 32,
    parameter integer BURST = 1,
    parameter integer TOKENS = 1,
    parameter STYLE = "distributed"
) (
    input  wire             clk,
    input  wire             rst,
    // To memory: a burst of min(BURST, tokens left) tokens is requested in each cycle with `request`, and a token
    // arrives in each cycle with `arrive`.
    output wire             request,
    input  wire             arrive,
    input  wire [WIDTH-1:0] arrive_data,
    output wire [WIDTH-1:0] out_data,
    output wire             out_valid,
    input  wire             out_ready
);
  localparam integer BURSTS = (TOKENS + BURST - 1) / BURST;
  localparam integer LEFT_BITS = $clog2(BURSTS + 1);
  localparam integer ROOM_BITS = $clog2(DEPTH + 1);
  localparam integer LAST_BURST = TOKENS - (BURSTS - 1) * BURST;

  // Bursts that have not been requested.
  reg  [LEFT_BITS-1:0] left;
  reg  [ROOM_BITS-1:0] room;
  wire pop = out_valid && out_ready;
  wire [ROOM_BITS-1:0] burst = left == LEFT_BITS'(1) ? ROOM_BITS'(LAST_BURST) : ROOM_BITS'(BURST);

  assign request = left != '0 && room >= burst;

  always @(posedge clk) begin
    if (rst) begin
      left <= LEFT_BITS'(BURSTS);
      room <= ROOM_BITS'(DEPTH);
    end else begin
      if (request) left <= left - 1'b1;
      room <= room - (request ? burst : '0) + ROOM_BITS'(pop);
    end
  end

  wire fifo_ready;
  st_fifo #(.WIDTH(WIDTH), .DEPTH(DEPTH), .STYLE(STYLE)) fifo (
      .clk(clk), .rst(rst), .in_data(arrive_data), .in_valid(arrive), .in_ready(fifo_ready),
      .out_data(out_data), .out_valid(out_valid), .out_ready(out_ready));
  wire unused = fifo_ready;
endmodule
