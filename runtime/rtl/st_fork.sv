// Hands each token to all of OUTPUTS consumers in the same cycle, as a task that pops and pushes in one cycle does:
// when one consumer cannot take it, none does.
module st_fork #(
    parameter integer WIDTH = 32,
    parameter integer OUTPUTS = 2
) (
    input  wire [        WIDTH-1:0] in_data,
    input  wire                     in_valid,
    output wire                     in_ready,
    output wire [OUTPUTS*WIDTH-1:0] out_data,
    output wire [      OUTPUTS-1:0] out_valid,
    input  wire [      OUTPUTS-1:0] out_ready
);
  assign in_ready = &out_ready;
  genvar output_index;
  generate
    for (output_index = 0; output_index < OUTPUTS; output_index = output_index + 1) begin : g_output
      // An output's validity must not wait for its own readiness.
      wire [OUTPUTS-1:0] others = out_ready | (OUTPUTS'(1) << output_index);
      assign out_valid[output_index] = in_valid && &others;
      assign out_data[output_index*WIDTH+:WIDTH] = in_data;
    end
  endgenerate
endmodule
