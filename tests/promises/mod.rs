//! What sayso promises, and what was tried to break it: one file for each promise, named after it,
//! with a table of inputs for each way that was found. Not one example but its class.

mod a_declaration_is_bounded;
mod a_declaration_is_not_replaced_silently;
#[cfg(target_os = "linux")]
#[cfg(target_os = "linux")]
mod a_deletion_request_goes_where_it_was_agreed;
mod a_file_keeps_its_attributes;
mod a_host_keeps_its_own_commands;
mod a_value_is_not_printed;
mod an_edit_changes_one_key;
mod an_opt_out_outlives_a_power_cut;
mod an_opt_out_outlives_a_third_party_switch;
#[cfg(target_os = "linux")]
mod an_update_check_tells_what_is_true;
mod any_file_system_takes_an_opt_out;
mod consent_covers_what_was_read;
#[cfg(target_os = "linux")]
mod copies_of_the_id_are_warned_of;
mod damage_stays_where_it_is;
#[cfg(target_os = "linux")]
mod ids_link_nothing_more_than_was_said;
mod links_of_the_user_are_followed;
mod no_clock_misleads;
#[cfg(target_os = "linux")]
mod no_request_leaves_after_an_opt_out;
mod nobody_else_can_opt_in;
mod only_trusted_files_count;
mod opting_out_of_everything_is_linear;
mod owners_decide_by_a_variable;
mod the_administrator_can_forbid;
mod the_question_fits_one_screen;
mod the_question_never_hangs;
mod unknown_is_not_damage;
mod variables_have_a_fixed_form;
#[cfg(target_os = "linux")]
mod what_can_still_be_taken_is_not_lost;
mod what_cannot_be_stored_is_told;
