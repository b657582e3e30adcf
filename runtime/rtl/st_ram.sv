// A memory of LANES words side by side with one write address and one read address; each lane has its own write
// enable. The read is combinational.
module st_ram #(
    parameter integer WIDTH = 32,
    parameter integer LANES = 1,
    parameter integer DEPTH = 32,
    parameter STYLE = "distributed",
    parameter integer ADDRESS_BITS = DEPTH > 1 ? $clog2(DEPTH) : 1
) (
    input  wire                    clk,
    input  wire [       LANES-1:0] write,
    input  wire [ADDRESS_BITS-1:0] write_address,
    input  wire [LANES*WIDTH-1:0]  write_data,
    input  wire [ADDRESS_BITS-1:0] read_address,
    output wire [LANES*WIDTH-1:0]  read_data
);
  genvar lane;
  generate
    for (lane = 0; lane < LANES; lane = lane + 1) begin : g_lane
      if (STYLE == "registers") begin : g_style
        (* ram_style = "registers" *) reg [WIDTH-1:0] words[0:DEPTH-1];
        always @(posedge clk) if (write[lane]) words[write_address] <= write_data[lane*WIDTH+:WIDTH];
        assign read_data[lane*WIDTH+:WIDTH] = words[read_address];
      end else begin : g_style
        (* ram_style = "distributed" *) reg [WIDTH-1:0] words[0:DEPTH-1];
        always @(posedge clk) if (write[lane]) words[write_address] <= write_data[lane*WIDTH+:WIDTH];
        assign read_data[lane*WIDTH+:WIDTH] = words[read_address];
      end
    end
  endgenerate
endmodule
