// A registered FIFO. All operations of a cycle see the occupancy at its beginning: a token pushed in cycle t can be
// popped from t + 1, and a full FIFO that is popped does not accept a push in the same cycle.
//
// STYLE: "distributed", "block", "ultra" or "registers". Memories that are read with a clock fetch the next token ahead
// of its pop; a token that is pushed just then passes beside the memory.
module st_fifo #(
    parameter integer WIDTH = 32,
    parameter integer DEPTH = 2,
    parameter STYLE = "distributed"
) (
    input  wire             clk,
    input  wire             rst,
    input  wire [WIDTH-1:0] in_data,
    input  wire             in_valid,
    output wire             in_ready,
    output wire [WIDTH-1:0] out_data,
    output wire             out_valid,
    input  wire             out_ready
);
  localparam integer ADDRESS_BITS = DEPTH > 1 ? $clog2(DEPTH) : 1;
  localparam integer COUNT_BITS = $clog2(DEPTH + 1);
  localparam [ADDRESS_BITS-1:0] LAST = ADDRESS_BITS'(DEPTH - 1);

  reg  [COUNT_BITS-1:0] count;
  reg  [ADDRESS_BITS-1:0] head;
  reg  [ADDRESS_BITS-1:0] tail;
  wire push = in_valid && in_ready;
  wire pop = out_valid && out_ready;
  wire [ADDRESS_BITS-1:0] next_head = !pop ? head : head == LAST ? '0 : head + 1'b1;

  assign in_ready = count != COUNT_BITS'(DEPTH);
  assign out_valid = count != '0;

  always @(posedge clk) begin
    if (rst) begin
      count <= '0;
      head <= '0;
      tail <= '0;
    end else begin
      head <= next_head;
      if (push) tail <= tail == LAST ? '0 : tail + 1'b1;
      if (push && !pop) count <= count + 1'b1;
      else if (pop && !push) count <= count - 1'b1;
    end
  end

  generate
    if (STYLE == "block" || STYLE == "ultra") begin : g_clocked
      wire [WIDTH-1:0] fetched;
      reg  [WIDTH-1:0] passed;
      reg              is_passed;
      st_ram_sync #(.WIDTH(WIDTH), .DEPTH(DEPTH), .STYLE(STYLE)) ram (
          .clk(clk), .enable(1'b1), .write(push), .write_address(tail), .write_data(in_data),
          .read_address(next_head), .read_data(fetched));
      always @(posedge clk) begin
        passed <= in_data;
        is_passed <= push && tail == next_head;
      end
      assign out_data = is_passed ? passed : fetched;
    end else begin : g_direct
      st_ram #(.WIDTH(WIDTH), .DEPTH(DEPTH), .STYLE(STYLE)) ram (
          .clk(clk), .write(push), .write_address(tail), .write_data(in_data),
          .read_address(head), .read_data(out_data));
    end
  endgenerate
endmodule
