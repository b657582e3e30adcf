// The components of runtime/rtl in several sizes, side by side, for components.cpp to drive.
module components (
    input  wire        clk,
    input  wire        rst,
    input  wire        enable,
    input  wire [ 7:0] in_valid,
    output wire [ 7:0] in_ready,
    output wire [ 9:0] out_valid,
    input  wire [ 9:0] out_ready,
    input  wire [31:0] in_data_0, in_data_1, in_data_2, in_data_3,
    output wire [31:0] out_data_0, out_data_1, out_data_2, out_data_3,
    input  wire [ 7:0] in_data_4,
    output wire [31:0] out_data_4,
    input  wire [35:0] in_data_5,
    output wire [11:0] out_data_5,
    input  wire [15:0] in_data_6,
    output wire [15:0] out_data_6,
    input  wire [15:0] in_data_7,
    output wire [47:0] out_data_7,
    input  wire [ 7:0] a, b,
    input  wire [26:0] wide_a,
    input  wire [17:0] wide_b,
    input  wire [31:0] c,
    output wire [31:0] p_3, p_2, p_1,
    output wire [47:0] product_3, product_2, product_1
);
  st_fifo #(.WIDTH(32), .DEPTH(1), .STYLE("registers")) fifo_0 (
      .clk(clk), .rst(rst), .in_data(in_data_0), .in_valid(in_valid[0]), .in_ready(in_ready[0]),
      .out_data(out_data_0), .out_valid(out_valid[0]), .out_ready(out_ready[0]));
  st_fifo #(.WIDTH(32), .DEPTH(2)) fifo_1 (
      .clk(clk), .rst(rst), .in_data(in_data_1), .in_valid(in_valid[1]), .in_ready(in_ready[1]),
      .out_data(out_data_1), .out_valid(out_valid[1]), .out_ready(out_ready[1]));
  st_fifo #(.WIDTH(32), .DEPTH(5)) fifo_2 (
      .clk(clk), .rst(rst), .in_data(in_data_2), .in_valid(in_valid[2]), .in_ready(in_ready[2]),
      .out_data(out_data_2), .out_valid(out_valid[2]), .out_ready(out_ready[2]));
  st_fifo #(.WIDTH(32), .DEPTH(7), .STYLE("block")) fifo_3 (
      .clk(clk), .rst(rst), .in_data(in_data_3), .in_valid(in_valid[3]), .in_ready(in_ready[3]),
      .out_data(out_data_3), .out_valid(out_valid[3]), .out_ready(out_ready[3]));
  st_width_adapter #(.IN_WIDTH(8), .OUT_WIDTH(32)) adapter_4 (
      .clk(clk), .rst(rst), .in_data(in_data_4), .in_valid(in_valid[4]), .in_ready(in_ready[4]),
      .out_data(out_data_4), .out_valid(out_valid[4]), .out_ready(out_ready[4]));
  st_width_adapter #(.IN_WIDTH(36), .OUT_WIDTH(12)) adapter_5 (
      .clk(clk), .rst(rst), .in_data(in_data_5), .in_valid(in_valid[5]), .in_ready(in_ready[5]),
      .out_data(out_data_5), .out_valid(out_valid[5]), .out_ready(out_ready[5]));
  st_width_adapter #(.IN_WIDTH(16), .OUT_WIDTH(16)) adapter_6 (
      .clk(clk), .rst(rst), .in_data(in_data_6), .in_valid(in_valid[6]), .in_ready(in_ready[6]),
      .out_data(out_data_6), .out_valid(out_valid[6]), .out_ready(out_ready[6]));
  st_fork #(.WIDTH(16), .OUTPUTS(3)) fork_7 (
      .in_data(in_data_7), .in_valid(in_valid[7]), .in_ready(in_ready[7]),
      .out_data(out_data_7), .out_valid(out_valid[9:7]), .out_ready(out_ready[9:7]));

  st_multiply_add #(.STAGES(3)) mac_3 (.clk(clk), .enable(enable), .a(a), .b(b), .c(c), .p(p_3));
  st_multiply_add #(.STAGES(2)) mac_2 (.clk(clk), .enable(enable), .a(a), .b(b), .c(c), .p(p_2));
  st_multiply_add #(.STAGES(1)) mac_1 (.clk(clk), .enable(enable), .a(a), .b(b), .c(c), .p(p_1));
  st_multiply_add #(.A_WIDTH(27), .B_WIDTH(18), .C_WIDTH(1), .P_WIDTH(48), .STAGES(3), .HAS_SUM(0)) multiply_3 (
      .clk(clk), .enable(enable), .a(wide_a), .b(wide_b), .c(1'b0), .p(product_3));
  st_multiply_add #(.A_WIDTH(27), .B_WIDTH(18), .C_WIDTH(1), .P_WIDTH(48), .STAGES(2), .HAS_SUM(0)) multiply_2 (
      .clk(clk), .enable(enable), .a(wide_a), .b(wide_b), .c(1'b0), .p(product_2));
  st_multiply_add #(.A_WIDTH(27), .B_WIDTH(18), .C_WIDTH(1), .P_WIDTH(48), .STAGES(1), .HAS_SUM(0)) multiply_1 (
      .clk(clk), .enable(enable), .a(wide_a), .b(wide_b), .c(1'b0), .p(product_1));
endmodule
