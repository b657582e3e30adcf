// A memory of LANES words side by side with one write address and one read address; each lane has its own write
// enable. The word read in a cycle with `enable` is there in the next one; a write to the same address is not seen.
module st_ram_sync #(
    parameter integer WIDTH = 32,
    parameter integer LANES = 1,
    parameter integer DEPTH = 512,
    parameter STYLE = "block",
    parameter integer ADDRESS_BITS = DEPTH > 1 ? $clog2(DEPTH) : 1
) (
    input  wire                    clk,
    input  wire                    enable,
    input  wire [       LANES-1:0] write,
    input  wire [ADDRESS_BITS-1:0] write_address,
    input  wire [LANES*WIDTH-1:0]  write_data,
    input  wire [ADDRESS_BITS-1:0] read_address,
    output reg  [LANES*WIDTH-1:0]  read_data
);
  genvar lane;
  generate
    for (lane = 0; lane < LANES; lane = lane + 1) begin : g_lane
      if (STYLE == "ultra") begin : g_style
        (* ram_style = "ultra" *) reg [WIDTH-1:0] words[0:DEPTH-1];
        always @(posedge clk) begin
          if (write[lane]) words[write_address] <= write_data[lane*WIDTH+:WIDTH];
          if (enable) read_data[lane*WIDTH+:WIDTH] <= words[read_address];
        end
      end else begin : g_style
        (* ram_style = "block" *) reg [WIDTH-1:0] words[0:DEPTH-1];
        always @(posedge clk) begin
          if (write[lane]) words[write_address] <= write_data[lane*WIDTH+:WIDTH];
          if (enable) read_data[lane*WIDTH+:WIDTH] <= words[read_address];
        end
      end
    end
  endgenerate
endmodule
